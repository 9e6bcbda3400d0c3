using Npgsql;

using TusUpload.Pipeline.Jobs;

namespace TusUpload.Pipeline.Notifications;

/// <summary>What to do when a channel of the database is heard.</summary>
internal sealed record DatabaseSignal(string Channel, Action Heard);

/// <summary>
/// The one listening connection of this process. While it cannot be had, everybody who is woken here looks by himself at his interval.
/// </summary>
internal sealed partial class DatabaseSignals(
    JobDatabase database, IEnumerable<DatabaseSignal> signals, TimeProvider time, ILogger<DatabaseSignals> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly Dictionary<string, Action> _signals = signals.ToDictionary(s => s.Channel, s => s.Heard, StringComparer.Ordinal);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Periodic.RunAsync(Pause, time, ListenAsync, LogLost, stoppingToken);

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, heard) => _signals.GetValueOrDefault(heard.Channel)?.Invoke();

        // Channels are constants of ours; LISTEN takes no parameters.
        await using (var listen = new NpgsqlCommand(string.Join("; ", _signals.Keys.Select(channel => $"LISTEN {channel}")), connection))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        // Whatever was told before this connection listened.
        foreach (var heard in _signals.Values)
        {
            heard();
        }

        while (true)
        {
            await connection.WaitAsync(cancellationToken);
        }
    }

    [LoggerMessage(EventId = 3305, Level = LogLevel.Warning, Message = "The listening connection is lost; until it is back, everything is polled")]
    private partial void LogLost(Exception failure);
}
