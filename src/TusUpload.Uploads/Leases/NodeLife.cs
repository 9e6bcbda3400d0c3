using Microsoft.Extensions.Options;

namespace TusUpload.Uploads.Leases;

/// <summary>
/// Whether what this node holds is still its own, by a clock that nobody sets. It is until the database has taken no heartbeat for
/// <see cref="LeaseOptions.WriterLimit"/>, which is before anybody may take over. After such a silence a new life begins: a process that was stopped
/// and goes on writes nothing for the leases of its old one.
/// </summary>
internal sealed class NodeLife(IOptions<LeaseOptions> options, TimeProvider time)
{
    private readonly long _limit = (long)(options.Value.WriterLimit.TotalSeconds * time.TimestampFrequency);
    private long _lastBeat = long.MaxValue;
    private int _current;

    /// <summary>Which life it is. Read it before a lease is taken; see <see cref="Holds"/>.</summary>
    public int Current => Volatile.Read(ref _current);

    /// <summary>What is left of this life without a heartbeat; not positive once it is over.</summary>
    public TimeSpan Left => time.GetElapsedTime(time.GetTimestamp(), Saturated(Volatile.Read(ref _lastBeat)));

    /// <summary>Whether leases that were taken in that life still count at <paramref name="now"/>, a timestamp.</summary>
    public bool Holds(int life, long now)
    {
        // In this order: whoever sees the beat of a new life sees the new life.
        var lastBeat = Volatile.Read(ref _lastBeat);
        return now < Saturated(lastBeat) && life == Current;
    }

    /// <summary>The database took a heartbeat that was sent at <paramref name="begun"/>. False: too late, a new life has begun.</summary>
    public bool Beat(long begun)
    {
        var lives = time.GetTimestamp() < Saturated(_lastBeat);
        if (!lives)
        {
            Volatile.Write(ref _current, _current + 1);
        }

        Volatile.Write(ref _lastBeat, begun);
        return lives;
    }

    private long Saturated(long lastBeat) => lastBeat > long.MaxValue - _limit ? long.MaxValue : lastBeat + _limit;
}
