namespace TusUpload.Pipeline.Jobs;

/// <summary>Whether received files are worked on, for readiness probes.</summary>
public sealed class JobsHealth
{
    private readonly JobTables _tables;

    internal JobsHealth(JobTables tables) => _tables = tables;

    /// <summary>
    /// How many processes of all nodes work on jobs, by their heartbeats of the last minute; 0 means that files wait. Throws when the job
    /// storage cannot be reached.
    /// </summary>
    public Task<int> LivingServersAsync(CancellationToken cancellationToken) => _tables.ServersAsync(JobServer.Silence, cancellationToken);
}
