using TusUpload.Data;

namespace TusUpload.Server.Api.Usage;

/// <summary>GET /usage/drift: reads only.</summary>
internal static class SeeDrift
{
    public static async Task<IResult> HandleAsync(StorageRecount recount, CancellationToken cancellationToken) =>
        TypedResults.Ok(new Report(await recount.FindAsync(cancellationToken)));

    internal sealed record Report(IReadOnlyList<StorageDrift> Items);
}
