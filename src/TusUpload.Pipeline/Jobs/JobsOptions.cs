using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

using TusUpload.Data.Connections;

namespace TusUpload.Pipeline.Jobs;

/// <summary>How received files are worked on. Section <c>Jobs</c>.</summary>
public sealed class JobsOptions
{
    public const string Section = "Jobs";

    /// <summary>Files worked on at once by this process; 0: none, other processes do it. Default null: two per core, at most 20, and as many as
    /// there are connections for.</summary>
    [Range(0, 200)]
    public int? Workers { get; set; }

    /// <summary>
    /// Small files that become complete within this time of each other share jobs; one that comes alone has its job at once. Zero: each file has a job
    /// of its own. Default 100 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan GatherFor { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How large a file that shares a job may be, in bytes. Default 1 MiB.</summary>
    [Range(0, 1L << 30)]
    public long SmallFile { get; set; } = 1 << 20;

    /// <summary>How many files may share a job. Default 200.</summary>
    [Range(1, 10_000)]
    public int FilesPerJob { get; set; } = 200;

    /// <summary>How often a file is tried in all before it has failed. Default 10.</summary>
    [Range(1, 1_000)]
    public int Attempts { get; set; } = 10;

    /// <summary>
    /// How many processes in a row may die (killed, out of memory) while they work on a file, none of them getting a step further, before it has
    /// failed. From half as many on it is worked on alone among its like, for most of them only were in a process that another file ended.
    /// A shutdown or a failed attempt is not counted. With 1 whatever was beside the one that kills fails too. Default 5.
    /// </summary>
    [Range(1, 1_000)]
    public int CrashLimit { get; set; } = 5;

    /// <summary>From a failed attempt to the second one; each further delay is twice the one before, give or take a quarter. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan FirstRetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay between two attempts. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often this process looks whether a delay is over. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan RetryPollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long after a worker was killed its job is given to another one; a living worker says so five times as often. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "1.00:00:00")]
    public TimeSpan InvisibilityTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often an idle worker looks for jobs that nobody told it of. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long jobs that have ended are shown on the dashboard; files are the record, jobs are not. Default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How often files are looked for that no living job works on. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a received file may be without a job before the sweep makes one. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan UnqueuedAfter { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>A node without a heartbeat for this long does not live: another one takes its files where it can reach their bytes. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "1.00:00:00")]
    public TimeSpan NodeSilence { get; set; } = TimeSpan.FromSeconds(30);

    internal int CrashesBeforeAlone => Math.Max(1, CrashLimit / 2);

    internal int WorkerCount => Workers ?? Math.Min(2 * Environment.ProcessorCount, 20);

    // A worker borrows one connection at a time; two are left to schedules, heartbeats and sweeps.
    internal static int MostIn(ConnectionBudget budget) => budget.Jobs - 2;
}

[OptionsValidator]
internal sealed partial class JobsOptionsAnnotations : IValidateOptions<JobsOptions>;

internal sealed class JobsOptionsRules(IOptions<DatabaseOptions> database) : IValidateOptions<JobsOptions>
{
    public ValidateOptionsResult Validate(string? name, JobsOptions options)
    {
        if (options.FirstRetryDelay > options.MaxRetryDelay)
        {
            return ValidateOptionsResult.Fail("Jobs:FirstRetryDelay must be at most Jobs:MaxRetryDelay.");
        }

        var all = database.Value.MaxConnections;
        var most = JobsOptions.MostIn(ConnectionBudget.Split(all));
        return options.Workers > most
            ? ValidateOptionsResult.Fail(
                $"Jobs:Workers is {options.Workers}, but Database:MaxConnections of {all} has connections for {most} of them: raise it or leave Jobs:Workers out.")
            : ValidateOptionsResult.Success;
    }
}
