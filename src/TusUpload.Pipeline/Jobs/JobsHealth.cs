namespace TusUpload.Pipeline.Jobs;

/// <summary>Whether received files are worked on, for readiness probes.</summary>
public sealed class JobsHealth
{
    private readonly JobTables _tables;

    internal JobsHealth(JobTables tables) => _tables = tables;

    /// <summary>Throws when received files would not be worked on: the job storage cannot be reached or no process works on jobs.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (await LivingServersAsync(cancellationToken) == 0)
        {
            throw new InvalidOperationException("No process works on jobs.");
        }
    }

    /// <summary>
    /// How many processes of all nodes work on jobs, by their heartbeats of the last minute; 0 means that files wait. Throws when the job
    /// storage cannot be reached.
    /// </summary>
    public Task<int> LivingServersAsync(CancellationToken cancellationToken) => _tables.ServersAsync(JobServer.Silence, cancellationToken);
}
