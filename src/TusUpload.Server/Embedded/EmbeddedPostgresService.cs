using Microsoft.Extensions.Options;

namespace TusUpload.Server.Embedded;

/// <summary>
/// Takes the data folder for this process and sees to it that there is a database: the one of <c>ConnectionStrings:Postgres</c>, else an
/// embedded one. Starts after the options are validated and before anything listens; stops after everything else has.
/// </summary>
internal sealed class EmbeddedPostgresService(
    IConfiguration configuration, IOptions<EmbeddedOptions> options, DatabaseAddress address, ILoggerFactory loggers)
    : IHostedLifecycleService, IAsyncDisposable
{
    private DataFolder? _data;

    /// <summary>The cluster of this process; null where the database is another's, and before the start.</summary>
    public EmbeddedPostgres? Postgres { get; private set; }

    /// <summary>May be called before the host starts; starts once.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        if (_data is not null)
        {
            return;
        }

        _data = DataFolder.Open(configuration["Data:Path"] is { Length: > 0 } path ? path : DataFolder.DefaultPath);
        if (configuration.GetConnectionString("Postgres") is { Length: > 0 } configured)
        {
            address.Publish(configured);
            return;
        }

        Postgres = new EmbeddedPostgres(_data, options.Value, new ClusterSettings(), loggers);
        await Postgres.StartAsync(cancellationToken);
        address.Publish(Postgres.ConnectionString);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (Postgres is not null)
        {
            // Not the host's token: however late it is, the stop has a limit of its own (Embedded:StopTimeout).
            await Postgres.StopAsync(CancellationToken.None);
        }

        _data?.Dispose();
        _data = null;
    }

    /// <summary>A host that fails while it starts is not stopped, only disposed.</summary>
    public async ValueTask DisposeAsync() => await StoppedAsync(CancellationToken.None);
}
