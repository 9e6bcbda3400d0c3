using Hangfire.PostgreSql;

using TusUpload.Uploads.Leases;

namespace TusUpload.Pipeline.Jobs;

/// <summary>
/// The queues that this process fetches from, behind one object, so that one signal wakes one idle worker: after a job was made here, and when
/// the one listening connection hears of a job made elsewhere. Workers that hear nothing look by themselves now and then.
/// </summary>
internal sealed class SharedQueue(LocalNode node) : IPersistentJobQueueProvider
{
    public const string Default = "default";

    private PostgreSqlStorage? _storage;
    private PostgreSqlJobQueue? _queue;

    /// <summary>Files whose bytes are on this node's disk, then those that any node may take.</summary>
    public string[] Names { get; } = [Of(node.Id), Default];

    public static string Of(Guid? contentNode) => contentNode is { } holder ? $"node-{holder:n}" : Default;

    public void ServeFrom(PostgreSqlStorage storage)
    {
        _storage = storage;
        _queue = new PostgreSqlJobQueue(storage);
        storage.QueueProviders.Add(this, Names);
    }

    /// <summary>Wakes one idle worker.</summary>
    public void Wake() => _queue?.FetchNextJob();

    public IPersistentJobQueue GetJobQueue() => _queue!;

    public IPersistentJobQueueMonitoringApi GetJobQueueMonitoringApi() =>
        new Counts(new PostgreSqlJobQueueProvider(_storage!, new PostgreSqlStorageOptions()).GetJobQueueMonitoringApi());

    // All queues are in one table, which the default provider lists whole; listed by this one too each would be shown twice.
    private sealed class Counts(IPersistentJobQueueMonitoringApi table) : IPersistentJobQueueMonitoringApi
    {
        public IEnumerable<string> GetQueues() => [];

        public IEnumerable<long> GetEnqueuedJobIds(string queue, int from, int perPage) => table.GetEnqueuedJobIds(queue, from, perPage);

        public IEnumerable<long> GetFetchedJobIds(string queue, int from, int perPage) => table.GetFetchedJobIds(queue, from, perPage);

        public EnqueuedAndFetchedCountDto GetEnqueuedAndFetchedCount(string queue) => table.GetEnqueuedAndFetchedCount(queue);
    }
}
