using Microsoft.Extensions.Options;

using TusUpload.Server.Setup;

namespace TusUpload.Server.Health;

/// <summary>Runs the checks side by side, each within its own time. What exactly is wrong is for the log, not for whoever asks.</summary>
internal sealed partial class Readiness(
    IEnumerable<ReadinessCheck> checks,
    ServerRoles roles,
    IHostApplicationLifetime lifetime,
    IOptions<HealthOptions> options,
    TimeProvider time,
    ILogger<Readiness> logger)
{
    private const string Ok = "ok";
    private const string Failing = "failing";

    /// <param name="role">One of <c>Roles</c>: whether that can be done here. Null: whether everything works that this process is for.</param>
    public async Task<ReadinessReport> ReportAsync(string? role, CancellationToken cancellationToken)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return new("stopping", new Dictionary<string, string>(StringComparer.Ordinal));
        }

        if (role is not null && !roles.Has(role))
        {
            return new(ReadinessReport.OtherRole, new Dictionary<string, string>(StringComparer.Ordinal));
        }

        var answers = await Task.WhenAll(checks.Where(check => role != ServerRoles.ReceiveName || !check.CanWait).Select(async check => (check.Name, State: await RunAsync(check, cancellationToken))));
        return new(
            answers.All(answer => answer.State == Ok) ? ReadinessReport.Ready : "unready",
            answers.ToDictionary(answer => answer.Name, answer => answer.State, StringComparer.Ordinal));
    }

    private async Task<string> RunAsync(ReadinessCheck check, CancellationToken cancellationToken)
    {
        try
        {
            // Waited for from outside as well: a check that blocks or forgets its token must not hold the answer.
            using var limit = new CancellationTokenSource(options.Value.Timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await Task.Run(() => check.CheckAsync(either.Token), either.Token).WaitAsync(either.Token);
            return Ok;
        }
        catch (Exception trouble) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailing(check.Name, trouble.GetType().Name, trouble.Message);
            return Failing;
        }
    }

    [LoggerMessage(EventId = 5400, Level = LogLevel.Warning, Message = "Not ready: {Check} fails with {Kind}: {Reason}")]
    private partial void LogFailing(string check, string kind, string reason);
}

internal sealed record ReadinessReport(string Status, IReadOnlyDictionary<string, string> Checks)
{
    public const string Ready = "ready";
    public const string OtherRole = "other_role";
}
