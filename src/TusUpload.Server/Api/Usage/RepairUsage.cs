using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Usage;

/// <summary>POST /usage/repair: what the janitors do, now.</summary>
internal static class RepairUsage
{
    public static async Task<IResult> HandleAsync(
        Caller caller, HttpContext http, StorageRepair repair, TimeProvider time, CancellationToken cancellationToken)
    {
        var by = new StorageRepairer(time.GetUtcNow(), caller.Subject, caller.KeyId, http.Connection.RemoteIpAddress?.ToString());
        return TypedResults.Ok(new SeeDrift.Report(await repair.RepairAllAsync(by, cancellationToken)));
    }
}
