using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;

using Microsoft.Extensions.Options;

using TusUpload.Pipeline.Steps;
using TusUpload.Pipeline.Storage;

namespace TusUpload.Pipeline.Jobs;

/// <summary>
/// Bounded retries: delays double up to a limit, each a quarter longer or shorter by chance, so that files which failed together do not come
/// back together. An outage of what the file is stored in counts as no attempt. A job that used up its attempts is shown as failed for as long as other ended jobs are shown.
/// </summary>
internal sealed class Retries(IOptions<JobsOptions> options) : JobFilterAttribute, IElectStateFilter
{
    private const string Parameter = "RetryCount";
    private const string WaitsParameter = "Waits";

    /// <summary>Failed attempts before this one.</summary>
    public static int Before(PerformContext context) => context.GetJobParameter<int>(Parameter, allowStale: true);

    public void OnStateElection(ElectStateContext context)
    {
        if (context.CandidateState is not FailedState failed)
        {
            return;
        }

        if (failed.Exception is SuspectedFileWaitsException)
        {
            context.CandidateState = new ScheduledState(Delay(1, Random.Shared.NextDouble())) { Reason = failed.Exception.Message };
            return;
        }

        if (Outage.Is(failed.Exception))
        {
            // Whatever is away may be so for longer than all attempts together take, and nothing is wrong with the file.
            var waits = context.GetJobParameter<int>(WaitsParameter, allowStale: true) + 1;
            context.SetJobParameter(WaitsParameter, waits);
            context.CandidateState = new ScheduledState(Delay(waits, Random.Shared.NextDouble())) { Reason = $"Waits: {failed.Exception.Message}" };
            return;
        }

        if (failed.Exception is ObjectRefusedException)
        {
            context.CandidateState = new GivenUpState(failed);
            return;
        }

        var failures = context.GetJobParameter<int>(Parameter, allowStale: true) + 1;
        if (failures < options.Value.Attempts)
        {
            context.SetJobParameter(Parameter, failures);
            context.CandidateState = new ScheduledState(Delay(failures, Random.Shared.NextDouble()))
            {
                Reason = $"Attempt {failures} of {options.Value.Attempts} failed: {failed.Exception.GetType().Name}",
            };
        }
        else
        {
            context.CandidateState = new GivenUpState(failed);
        }
    }

    /// <param name="chance">From 0 to 1.</param>
    internal TimeSpan Delay(int failures, double chance)
    {
        var doubled = options.Value.FirstRetryDelay.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 60));
        return TimeSpan.FromSeconds(Math.Min(doubled, options.Value.MaxRetryDelay.TotalSeconds) * (0.75 + (chance / 2)));
    }

    // Hangfire keeps failed jobs for ever, for a person to retry them. Here the file is what is kept and replayed.
    private sealed class GivenUpState(FailedState failed) : IState
    {
        public string Name => failed.Name;

        public string? Reason => failed.Reason;

        public bool IsFinal => true;

        public bool IgnoreJobLoadException => failed.IgnoreJobLoadException;

        public Dictionary<string, string> SerializeData() => failed.SerializeData();
    }
}
