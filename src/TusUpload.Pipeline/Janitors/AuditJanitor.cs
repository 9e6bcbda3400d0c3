using TusUpload.Data.Audit;

namespace TusUpload.Pipeline.Janitors;

/// <summary>Removes entries of the audit log that are older than they are kept.</summary>
internal sealed class AuditJanitor(AuditLog entries) : IJanitor
{
    private const int BatchSize = 5_000;

    public string Name => "audit";

    public async Task<Dictionary<string, long>> RunOnceAsync(CancellationToken cancellationToken)
    {
        var (removed, batch) = (0L, 0);
        do
        {
            batch = await entries.TrimAsync(BatchSize, cancellationToken);
            removed += batch;
        }
        while (batch == BatchSize);

        return new(StringComparer.Ordinal) { ["removed"] = removed };
    }
}
