using Hangfire.AspNetCore;
using Hangfire.Logging;

namespace TusUpload.Pipeline.Jobs;

/// <summary>
/// Hangfire's log goes to the host's. Its provider is one for the whole process and asked at any time: a host that has ended, as in tests,
/// must not break the jobs of one that runs.
/// </summary>
internal sealed class JobLogs(ILoggerFactory loggers) : ILogProvider
{
    private readonly AspNetCoreLogProvider _inner = new(loggers);

    public ILog GetLogger(string name)
    {
        try
        {
            return _inner.GetLogger(name);
        }
        catch (ObjectDisposedException)
        {
            return new Silence();
        }
    }

    private sealed class Silence : ILog
    {
        public bool Log(Hangfire.Logging.LogLevel logLevel, Func<string>? messageFunc, Exception? exception = null) => false;
    }
}
