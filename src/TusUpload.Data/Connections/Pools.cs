namespace TusUpload.Data.Connections;

/// <summary>Keys of the data sources, which are also the names of their pools in metrics. Without a key: the wire's.</summary>
public static class Pools
{
    public const string Wire = "wire";
    public const string Commits = "commits";
    public const string Jobs = "jobs";
    public const string Api = "api";
    public const string Heartbeat = "heartbeat";
    public const string Signals = "signals";
    public const string Replica = "replica";
}
