using System.Globalization;

using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Compact;

namespace TusUpload.Server.Setup;

/// <summary>Serilog behind ILogger: console only, one format for people and one for machines.</summary>
internal static class ServerLog
{
    private const string Line = "{Timestamp:HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}";

    private static readonly string[] Noisy = ["Microsoft", "System", "Npgsql", "Hangfire", "TusUpload.Server.Auth"];

    public static IServiceCollection AddServerLog(this IServiceCollection services, IConfiguration configuration)
    {
        var options = configuration.GetSection(LogOptions.Section).Get<LogOptions>() ?? new();
        return services.AddSerilog(logger => Configure(logger, options), preserveStaticLogger: true);
    }

    private static void Configure(LoggerConfiguration logger, LogOptions options)
    {
        foreach (var category in Noisy)
        {
            logger.MinimumLevel.Override(category, LogEventLevel.Warning);
        }

        // It warns that its keys lie unencrypted on the disk, beside the files themselves.
        logger.MinimumLevel.Override("Microsoft.AspNetCore.DataProtection", LogEventLevel.Error);

        // It tells of each try of a request, and of the last one as an error. What came of all of them is told by whoever asked.
        logger.MinimumLevel.Override("Polly", LevelAlias.Off);

        foreach (var (category, level) in options.LogLevel)
        {
            // None is not known to Serilog: nothing is above Fatal but what is off.
            var lowest = level == LogLevel.None ? LevelAlias.Off : LevelConvert.ToSerilogLevel(level);
            _ = category == "Default" ? logger.MinimumLevel.Is(lowest) : logger.MinimumLevel.Override(category, lowest);
        }

        logger.Enrich.With<WithoutPaths>().Filter.ByExcluding(IsSaidAtTheEnd);
        _ = options.Json
            ? logger.WriteTo.Console(new CompactJsonFormatter())
            : logger.WriteTo.Console(outputTemplate: Line, formatProvider: CultureInfo.InvariantCulture);
    }

    // A start that fails is told once, for people, by StartFailure; the host would tell it with every frame of the stack, and then that its
    // services were cancelled because of it.
    private static bool IsSaidAtTheEnd(LogEvent entry) =>
        entry.Properties.TryGetValue(Constants.SourceContextPropertyName, out var source)
        && source is ScalarValue { Value: "Microsoft.Extensions.Hosting.Internal.Host" }
        && (entry.Exception is OperationCanceledException
            || (entry.Exception is not null && entry.MessageTemplate.Text.StartsWith("Hosting failed to start", StringComparison.Ordinal)));

    /// <summary>The host puts every request's address into its scope; the log does without (see <see cref="RequestLog"/>).</summary>
    private sealed class WithoutPaths : ILogEventEnricher
    {
        public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory) => logEvent.RemovePropertyIfPresent("RequestPath");
    }
}
