using System.Diagnostics;
using System.Diagnostics.Metrics;

using TusUpload.Protocol.Bodies;

namespace TusUpload.Protocol.Metrics;

/// <summary>The protocol's instruments. Tag values come from closed sets: verbs, error codes, body ends.</summary>
public sealed class TusMetrics
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "TusUpload.Protocol";

    private static readonly string[] Verbs = ["none", "options", "create", "head", "patch", "delete"];

    private static readonly string[] Ends = ["none", "completed", "client_gone", "idle", "taken_over", "draining", "too_long", "full"];

    private readonly Counter<long> _requests;
    private readonly Counter<long> _received;
    private readonly UpDownCounter<long> _active;
    private readonly Counter<long> _ended;

    public TusMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(Name);
        _requests = meter.CreateCounter<long>("tus.requests", "{request}", "Requests answered, by verb and by error code, or ok.");
        _received = meter.CreateCounter<long>("tus.received", "By", "Bytes of bodies handed to the store.");
        _active = meter.CreateUpDownCounter<long>("tus.bodies.active", "{body}", "Bodies that are being received.");
        _ended = meter.CreateCounter<long>("tus.bodies.ended", "{body}", "Bodies that ended, by reason.");
    }

    internal static ActivitySource Activities { get; } = new(Name);

    internal static string NameOf(TusVerb verb) => Verbs[(int)verb];

    internal void Answered(TusVerb verb, string code) =>
        _requests.Add(1, new("tus.verb", NameOf(verb)), new KeyValuePair<string, object?>("tus.code", code));

    internal void BodyStarted() => _active.Add(1);

    internal void BodyEnded(TusBody body)
    {
        _active.Add(-1);
        _received.Add(body.Received);
        _ended.Add(1, new KeyValuePair<string, object?>("tus.end", Ends[(int)body.End]));
    }
}
