using TusUpload.Data;

namespace TusUpload.Pipeline.Janitors;

/// <summary>Gives back storage that is counted as reserved and held for no upload, and counts what is held and was not counted. Either is an error, and told as one.</summary>
internal sealed class ReservationJanitor(StorageRepair repair, JanitorEdge edge, TimeProvider time) : IJanitor
{
    public string Name => "reservations";

    public async Task<Dictionary<string, long>> RunOnceAsync(CancellationToken cancellationToken)
    {
        var corrected = await repair.RepairReservedAsync(new(time.GetUtcNow()), cancellationToken);
        foreach (var drift in corrected)
        {
            edge.Corrected(drift);
        }

        return new(StringComparer.Ordinal) { ["corrected"] = corrected.Count };
    }
}
