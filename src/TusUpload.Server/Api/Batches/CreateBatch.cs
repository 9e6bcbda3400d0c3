using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.Data.Batches;
using TusUpload.Protocol;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Expiry;
using TusUpload.Uploads.Rules;

namespace TusUpload.Server.Api.Batches;

/// <summary>POST /batches</summary>
internal static class CreateBatch
{
    private const int MostLines = 10_000;
    private const int LongestName = 4000;

    public static async Task<IResult> HandleAsync(
        Body? body, Caller caller, [AsParameters] Services services, CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        if (body is not null && Refuse(body, services.Tus.Value.MaxSize ?? long.MaxValue, now) is { } refusal)
        {
            return refusal;
        }

        var (lines, flaw) = Lines(body, services.Names);
        if (flaw is not null)
        {
            return ApiError.From(flaw);
        }

        var found = await services.Places.FindAsync(caller, body?.WorkspaceId, link: null, cancellationToken);
        if (found.Value is not { } place)
        {
            return ApiError.From(found.Error!);
        }

        if (caller.IsUser && !await services.Db.WorkspacesOf(caller, Rights.Upload).AnyAsync(space => space.Id == place.WorkspaceId, cancellationToken))
        {
            return await services.Db.RefuseWorkspaceAsync(place.WorkspaceId, caller, cancellationToken);
        }

        var batch = Read(body, place, caller, now, services.Options.Value);
        await services.Creation.CreateAsync(batch, lines!, cancellationToken);
        return TypedResults.Created($"/api/v1/batches/{batch.Id}", (await FindBatch.FindAsync(batch.Id, caller, services.Db, cancellationToken))!);
    }

    private static ApiError? Refuse(Body body, long largest, DateTimeOffset now) => body switch
    {
        { ExpectedFiles: < 1 } => ApiError.InvalidExpectedFiles,
        { Manifest.Count: > MostLines } => ApiError.ManifestTooLong,
        { Manifest: { } lines } when lines.Count == 0 || body.ExpectedFiles is { } told && told != lines.Count
            || !lines.All(line => IsLine(line, largest)) || lines.Sum(line => (decimal)(line.Size ?? 0)) > long.MaxValue =>
            ApiError.InvalidManifest,
        { LateFiles: not (null or LatePolicy.Refuse or LatePolicy.Accept) } => ApiError.InvalidLateFiles,
        _ => body.ExpiresAt <= now ? ApiError.InvalidExpiresAt : null,
    };

    private static bool IsLine(Line? line, long largest) =>
        line is { Name: { Length: > 0 and <= LongestName } name, Size: null or >= 0 } && !(line.Size > largest) && !name.Any(char.IsControl);

    // What a manifest announces is called as the upload will be.
    private static TusResult<List<(string Name, long? Size)>> Lines(Body? body, NameRules names)
    {
        var lines = new List<(string, long?)>();
        foreach (var line in body?.Manifest ?? [])
        {
            var (name, refusal) = names.LineOf(line.Name!, "manifest");
            if (refusal is not null)
            {
                return refusal;
            }

            lines.Add((name!, line.Size));
        }

        return lines;
    }

    private static Batch Read(Body? body, UploadPlace place, Caller caller, DateTimeOffset now, BatchOptions options) => new()
    {
        Id = Guid.CreateVersion7(now),
        UserId = place.UserId,
        UploaderId = caller.Subject,
        WorkspaceId = place.WorkspaceId,
        Status = BatchStatus.Open,
        ExpectedFiles = body?.Manifest?.Count ?? body?.ExpectedFiles,
        AllOrNothing = body?.AllOrNothing ?? false,
        LateFiles = body?.LateFiles ?? LatePolicy.Refuse,
        CreatedAt = now,
        ExpiresAt = body?.ExpiresAt?.ToUniversalTime() ?? now + options.ExpiresAfter,
    };

    /// <param name="ExpectedFiles">How many files will join; without it, and without a manifest, the batch is closed by sealing it.</param>
    /// <param name="Manifest">Which files will join, 10,000 at most: others are refused.</param>
    /// <param name="AllOrNothing">Its files are seen together, when it is completed, or never.</param>
    /// <param name="LateFiles">What becomes of files that come when it is closed: refuse (default) or accept.</param>
    /// <param name="ExpiresAt">When it ends as expired if it has not ended before. Default: as the server is configured, 7 days.</param>
    /// <param name="WorkspaceId">Default: the caller's default workspace.</param>
    internal sealed record Body(
        int? ExpectedFiles, IReadOnlyList<Line>? Manifest, bool? AllOrNothing, string? LateFiles, DateTimeOffset? ExpiresAt, Guid? WorkspaceId);

    /// <param name="Name">As the upload will be called: its relativePath where it has slashes, its filename otherwise. Cleaned as those are.</param>
    /// <param name="Size">Bytes, no more than an upload may have; null: any number.</param>
    internal sealed record Line(string? Name, long? Size);

    internal sealed record Services(
        TusUploadDb Db,
        BatchCreation Creation,
        UploadPlaces Places,
        NameRules Names,
        IOptions<BatchOptions> Options,
        IOptions<TusOptions> Tus,
        TimeProvider Time);
}
