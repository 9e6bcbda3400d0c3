using System.Diagnostics.Metrics;

namespace TusUpload.Server.Audit;

/// <summary>The one number of the audit log that somebody must look at.</summary>
internal sealed class AuditMeter : IDisposable
{
    public const string Name = "TusUpload.Server";

    private readonly Meter _meter;
    private readonly Counter<long> _lost;

    public AuditMeter(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _lost = _meter.CreateCounter<long>("tus_upload.audit.lost", "{entry}", "Entries of the audit log that could not be written.");
    }

    public void Lost() => _lost.Add(1);

    public void Dispose() => _meter.Dispose();
}
