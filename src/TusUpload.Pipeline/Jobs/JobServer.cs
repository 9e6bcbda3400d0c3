using Hangfire;
using Hangfire.Common;

using Microsoft.Extensions.Options;

namespace TusUpload.Pipeline.Jobs;

/// <summary>Hangfire's server in this process: starts once the host has, and lets running jobs go when the host stops.</summary>
internal sealed class JobServer(
    JobStorage storage,
    JobActivator activator,
    IJobFilterProvider filters,
    SharedQueue queue,
    IOptions<JobsOptions> options,
    IHostApplicationLifetime lifetime) : IHostedService, IDisposable
{
    /// <summary>A server that has said nothing for this long is dead.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    // Of this process alone: process ids repeat, in a container always.
    private readonly string _name = $"{queue.Names[0]}-{Guid.CreateVersion7():n}";
    private BackgroundJobServerHostedService? _server;

    /// <summary>Whether a server's id, as Hangfire writes it into its jobs, is this one's.</summary>
    public bool IsThis(string serverId) => serverId.StartsWith(_name, StringComparison.Ordinal);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.WorkerCount == 0)
        {
            return Task.CompletedTask;
        }

        var server = new BackgroundJobServerOptions
        {
            ServerName = _name,
            Queues = queue.Names,
            WorkerCount = options.Value.WorkerCount,
            Activator = activator,
            FilterProvider = filters,
            SchedulePollingInterval = options.Value.RetryPollInterval,
            HeartbeatInterval = TimeSpan.FromSeconds(10),
            ServerTimeout = Silence,
            ServerCheckInterval = Silence,
        };
        _server = new BackgroundJobServerHostedService(storage, server, [], lifetime);
        return _server.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public void Dispose() => _server?.Dispose();
}
