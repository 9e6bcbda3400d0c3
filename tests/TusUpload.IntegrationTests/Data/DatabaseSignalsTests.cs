using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TusUpload.Data.Signals;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Data;

/// <summary>A process that listens proves it by hearing itself.</summary>
public sealed class DatabaseSignalsTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_told_is_heard_once_it_listens()
    {
        await using var database = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        var heard = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var signals = new DatabaseSignals(
            database, database, [new("a_channel", heard.Enqueue)], TimeProvider.System, NullLogger<DatabaseSignals>.Instance);
        await signals.StartAsync(Ct);
        await TusRequests.EventuallyAsync(() => Task.FromResult(signals.IsListening));

        await database.CreateCommand("SELECT pg_notify('a_channel', 'something')::text").ExecuteNonQueryAsync(Ct);

        await TusRequests.EventuallyAsync(() => Task.FromResult(heard.Contains("something")));
        await signals.StopAsync(Ct);
        Assert.False(signals.IsListening);
    }

    [Fact]
    public async Task LISTEN_that_succeeds_and_hears_nothing_does_not_count()
    {
        // A notification stays within its database, so its own calls never come back.
        await using var database = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        await using var elsewhere = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        var log = new FirstWarning();
        var counted = false;
        using var signals = new DatabaseSignals(
            database, elsewhere, [new("a_channel", _ => counted = true)], TimeProvider.System, log);

        await signals.StartAsync(Ct);
        var told = await log.Told.WaitAsync(TimeSpan.FromSeconds(20), Ct);

        Assert.Equal(4102, told);
        Assert.False(signals.IsListening || counted);
        await signals.StopAsync(Ct);
    }

    private sealed class FirstWarning : Microsoft.Extensions.Logging.ILogger<DatabaseSignals>
    {
        private readonly TaskCompletionSource<int> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<int> Told => _told.Task;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(Microsoft.Extensions.Logging.LogLevel logLevel) => true;

        public void Log<TState>(
            Microsoft.Extensions.Logging.LogLevel logLevel,
            Microsoft.Extensions.Logging.EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) => _told.TrySetResult(eventId.Id);
    }
}
