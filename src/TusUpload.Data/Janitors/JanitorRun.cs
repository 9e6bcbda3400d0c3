namespace TusUpload.Data.Janitors;

/// <summary>When one of the janitors was last at work, on which node, and what it did.</summary>
public sealed class JanitorRun
{
    public required string Name { get; init; }

    public Guid Node { get; init; }

    /// <summary>The database's clock.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Null while it is at work, or where it died at it.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What it found and removed, as JSON: counts by name.</summary>
    public string? Report { get; init; }
}
