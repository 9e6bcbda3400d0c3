namespace TusUpload.Data.Nodes;

/// <summary>A running process. Its leases are alive while its heartbeat is.</summary>
public sealed class Node
{
    /// <summary>Lasts as long as the disk that holds its content: a restarted server is the same node.</summary>
    public Guid Id { get; init; }

    public required string Host { get; init; }

    public int ProcessId { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    /// <summary>The database's clock, which is the one that all nodes share.</summary>
    public DateTimeOffset HeartbeatAt { get; init; }
}
