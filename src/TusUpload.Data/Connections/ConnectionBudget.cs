namespace TusUpload.Data.Connections;

/// <summary>
/// Connections of this process, part by part; the sum is what was asked for, and no part takes from another. Two more are alone: one for heartbeats
/// and one that listens.
/// </summary>
/// <param name="Wire">Requests that create, find, lease and end uploads.</param>
/// <param name="Commits">Bytes that have arrived: they never wait behind new work.</param>
/// <param name="Jobs">Hangfire and what happens to files after their last byte.</param>
/// <param name="Api">Lists, queries and events of the REST API.</param>
public sealed record ConnectionBudget(int Wire, int Commits, int Jobs, int Api)
{
    /// <summary>The connections that are alone.</summary>
    public const int Alone = 2;

    // The jobs' tables are laid through one while another holds the lock, and one more is for whoever asks meanwhile.
    private const int FewestJobs = 3;

    /// <summary>What all parts and the two take together.</summary>
    public int Total => Wire + Commits + Jobs + Api + Alone;

    /// <param name="all">At least 8.</param>
    public static ConnectionBudget Split(int all)
    {
        var shared = all - Alone;
        var api = Math.Max(1, shared / 6);
        var jobs = Math.Max(FewestJobs, shared / 3);
        var commits = (shared - api - jobs) / 2;
        return new(shared - api - jobs - commits, commits, jobs, api);
    }
}
