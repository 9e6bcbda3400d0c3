using TusUpload.Data.Idempotency;

namespace TusUpload.Pipeline.Janitors;

/// <summary>Removes answers of requests that nobody may send again any more.</summary>
internal sealed class IdempotencyJanitor(IdempotencyKeys entries) : IJanitor
{
    private const int BatchSize = 5_000;

    public string Name => "idempotency";

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
