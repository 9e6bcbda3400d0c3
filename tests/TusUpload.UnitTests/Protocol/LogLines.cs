using System.Collections.Concurrent;

using Microsoft.Extensions.Logging;

namespace TusUpload.UnitTests.Protocol;

/// <summary>Keeps what was logged at Warning and above.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, int EventId, string Text)> _lines = new();

    public IEnumerable<(LogLevel Level, int EventId, string Text)> All => _lines;

    public IEnumerable<(LogLevel Level, int EventId, string Text)> Errors => _lines.Where(line => line.Level >= LogLevel.Error);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((logLevel, eventId.Id, formatter(state, exception)));

    public void Dispose()
    {
        // Lines stay readable after the server has stopped.
    }
}
