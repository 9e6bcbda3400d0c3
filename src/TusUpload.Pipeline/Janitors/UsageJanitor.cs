using Microsoft.Extensions.Options;

using TusUpload.Data;

namespace TusUpload.Pipeline.Janitors;

/// <summary>Adds up every level's files and corrects what is counted as used where that is something else. More seldom than what is reserved: it reads all files.</summary>
internal sealed class UsageJanitor(StorageRepair repair, IOptions<JanitorOptions> options, JanitorEdge edge, TimeProvider time) : IJanitor
{
    public string Name => "usage";

    public TimeSpan Interval => options.Value.ObjectsInterval;

    public async Task<Dictionary<string, long>> RunOnceAsync(CancellationToken cancellationToken)
    {
        var corrected = await repair.RepairAllAsync(new(time.GetUtcNow()), cancellationToken);
        foreach (var drift in corrected)
        {
            edge.Corrected(drift);
        }

        return new(StringComparer.Ordinal) { ["corrected"] = corrected.Count };
    }
}
