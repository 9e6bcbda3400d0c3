namespace TusUpload.Data.Nodes;

/// <summary>
/// The one wall clock of all nodes: the database's, as this node last read it, and the time since then by a clock that nobody sets. A machine whose
/// clock is wrong, or is set while it runs, so lets no upload expire early. Until it was read first it is the system's. Timestamps and timers are
/// the system's always.
/// </summary>
public sealed class DatabaseClock : TimeProvider
{
    private Reading? _reading;

    public override DateTimeOffset GetUtcNow() =>
        Volatile.Read(ref _reading) is { } reading ? reading.Now + GetElapsedTime(reading.At) : System.GetUtcNow();

    /// <summary>The database has just said what time it is. Says how far ahead of it the system's clock is.</summary>
    public TimeSpan Set(DateTimeOffset now)
    {
        Volatile.Write(ref _reading, new(now.ToUniversalTime(), GetTimestamp()));
        return System.GetUtcNow() - now;
    }

    private sealed record Reading(DateTimeOffset Now, long At);
}
