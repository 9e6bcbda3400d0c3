using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Signals;

/// <summary>What to do when a channel of the database is heard. <paramref name="Heard"/> gets the payload; empty: look for yourself.</summary>
public sealed record DatabaseSignal(string Channel, Action<string> Heard);

/// <summary>
/// The one listening connection of this process. While it cannot be had, everybody who is woken here looks by himself at his interval. That LISTEN
/// was taken proves nothing: behind a pooler that lends connections by the transaction it succeeds and nothing is ever heard. So this process
/// calls itself, over another connection, at first and then every half minute; unless it hears that, it does not count as listening.
/// </summary>
/// <param name="callers">Where calls to oneself are sent from.</param>
public sealed partial class DatabaseSignals(
    [FromKeyedServices(Pools.Signals)] NpgsqlDataSource database,
    NpgsqlDataSource callers,
    IEnumerable<DatabaseSignal> signals,
    TimeProvider time,
    ILogger<DatabaseSignals> logger) : BackgroundService
{
    private const string CallSql = "SELECT pg_notify($1, $2)::text";

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CallPeriod = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EchoLimit = TimeSpan.FromSeconds(3);

    // Its own, so that no other process is woken.
    private readonly string _echoChannel = $"tus_upload_echo_{Guid.CreateVersion7():N}";
    private readonly Dictionary<string, Action<string>> _signals = signals.ToDictionary(s => s.Channel, s => s.Heard, StringComparer.Ordinal);
    private TimeSpan _pause = ShortestPause;
    private volatile bool _isListening;
    private volatile string? _echo;
    private bool _hasTold;

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
                    Tell(null);
                }
                catch (ObjectDisposedException gone) when (gone.ObjectName == nameof(IServiceProvider))
                {
                    // The host could not start and is gone, without having stopped what it had started. Nobody hears anything here.
                    return;
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    Tell(failure);
                }
                finally
                {
                    _isListening = false;
                }

                await Task.Delay(_pause, time, stoppingToken);
                _pause = _pause < LongestPause / 2 ? _pause * 2 : LongestPause;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>Returns when nothing is heard any more.</summary>
    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, heard) => Hear(heard.Channel, heard.Payload);

        // Channels are names of ours; LISTEN takes no parameters.
        await using (var listen = new NpgsqlCommand(
            string.Join("; ", _signals.Keys.Append(_echoChannel).Select(channel => $"LISTEN {channel}")), connection))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        while (await HearsItselfAsync(connection, cancellationToken))
        {
            if (!_isListening)
            {
                (_isListening, _hasTold, _pause) = (true, false, ShortestPause);

                // Whatever was told before this connection listened.
                foreach (var heard in _signals.Values)
                {
                    heard(string.Empty);
                }
            }

            await WaitAsync(connection, CallPeriod, () => false, cancellationToken);
        }
    }

    private async Task<bool> HearsItselfAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var nonce = Guid.CreateVersion7().ToString("N");
        await using (var call = callers.CreateCommand(CallSql))
        {
            call.With(_echoChannel).With(nonce);
            await call.ExecuteNonQueryAsync(cancellationToken);
        }

        return await WaitAsync(connection, EchoLimit, () => _echo == nonce, cancellationToken);
    }

    private async Task<bool> WaitAsync(NpgsqlConnection connection, TimeSpan limit, Func<bool> isDone, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (!isDone())
        {
            var left = limit - time.GetElapsedTime(begun);
            if (left < TimeSpan.FromMilliseconds(1))
            {
                return false;
            }

            await connection.WaitAsync(left, cancellationToken);
        }

        return true;
    }

    private void Hear(string channel, string payload)
    {
        if (channel == _echoChannel)
        {
            _echo = payload;
        }
        else
        {
            _signals.GetValueOrDefault(channel)?.Invoke(payload);
        }
    }

    // Once: a pooler that lets nothing through does so for as long as it is there.
    private void Tell(Exception? failure)
    {
        if (_hasTold)
        {
            return;
        }

        _hasTold = true;
        if (failure is null)
        {
            LogDeaf();
        }
        else
        {
            LogLost(failure);
        }
    }

    [LoggerMessage(EventId = 4101, Level = LogLevel.Warning, Message = "The listening connection is lost; until it is back, everything is polled")]
    private partial void LogLost(Exception failure);

    [LoggerMessage(
        EventId = 4102,
        Level = LogLevel.Warning,
        Message = "LISTEN was taken and nothing is heard, as behind a pooler in transaction mode; until that changes, everything is polled")]
    private partial void LogDeaf();
}
