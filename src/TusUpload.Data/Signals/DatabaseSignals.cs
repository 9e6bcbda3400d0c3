using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Signals;

/// <summary>What to do when a channel of the database is heard. <paramref name="Heard"/> gets the payload; empty: look for yourself.</summary>
public sealed record DatabaseSignal(string Channel, Action<string> Heard);

/// <summary>
/// The one listening connection of this process. While it cannot be had, everybody who is woken here looks by himself at his interval.
/// </summary>
public sealed partial class DatabaseSignals(
    [FromKeyedServices(Pools.Signals)] NpgsqlDataSource database,
    IEnumerable<DatabaseSignal> signals,
    TimeProvider time,
    ILogger<DatabaseSignals> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private readonly Dictionary<string, Action<string>> _signals = signals.ToDictionary(s => s.Channel, s => s.Heard, StringComparer.Ordinal);
    private volatile bool _isListening;

    /// <summary>False: nothing will be heard, so whoever waits for a signal has to look more often.</summary>
    public bool IsListening => _isListening;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    await ListenAsync(stoppingToken);
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    LogLost(failure);
                }
                finally
                {
                    _isListening = false;
                }

                await Task.Delay(Pause, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, heard) => _signals.GetValueOrDefault(heard.Channel)?.Invoke(heard.Payload);

        // Channels are constants of ours; LISTEN takes no parameters.
        await using (var listen = new NpgsqlCommand(string.Join("; ", _signals.Keys.Select(channel => $"LISTEN {channel}")), connection))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        _isListening = true;

        // Whatever was told before this connection listened.
        foreach (var heard in _signals.Values)
        {
            heard(string.Empty);
        }

        while (true)
        {
            await connection.WaitAsync(cancellationToken);
        }
    }

    [LoggerMessage(EventId = 4101, Level = LogLevel.Warning, Message = "The listening connection is lost; until it is back, everything is polled")]
    private partial void LogLost(Exception failure);
}
