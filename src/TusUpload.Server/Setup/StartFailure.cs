using System.Net.Sockets;

using Microsoft.Extensions.Options;

using Npgsql;

using TusUpload.Server.Embedded;

namespace TusUpload.Server.Setup;

/// <summary>Why the server did not start, in words for whoever started it.</summary>
internal static class StartFailure
{
    /// <summary>
    /// Whether this process is the server's own and the failure is its last word. In a test or tool that hosts the server, failures are the
    /// host's business.
    /// </summary>
    public static bool IsOurs(Exception failure) =>
        failure is not HostAbortedException && System.Reflection.Assembly.GetEntryAssembly() == typeof(StartFailure).Assembly;

    /// <summary>Prints the message; the value is the exit code.</summary>
    public static int Report(Exception failure)
    {
        Console.Error.WriteLine($"TusUpload did not start. {Explain(failure)}");
        return 1;
    }

    internal static string Explain(Exception failure) => failure switch
    {
        OptionsValidationException invalid => List(invalid.Failures),
        AggregateException { InnerExceptions: var several } when several.All(inner => inner is OptionsValidationException) =>
            List(several.Cast<OptionsValidationException>().SelectMany(invalid => invalid.Failures)),
        EmbeddedPostgresException embedded => embedded.Message,
        PostgresException refused => $"The database refused: {refused.MessageText} ({refused.SqlState}). Check ConnectionStrings:Postgres.",
        NpgsqlException away => $"The database cannot be reached: {away.InnerException?.Message ?? away.Message} Check ConnectionStrings:Postgres.",
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } taken =>
            $"{taken.Message} Stop what listens there, or choose another address with --urls.",
        SocketException socket => $"The address cannot be listened on: {socket.Message}. Choose another one with --urls.",
        InvalidDataException or FormatException or InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } =>
            $"The configuration cannot be read: {failure.Message} {failure.InnerException?.Message}",
        { InnerException: NpgsqlException inner } => Explain(inner),
        InvalidOperationException { InnerException: IOException } refused => refused.Message,
        _ => failure.ToString(),
    };

    private static string List(IEnumerable<string> failures) =>
        "The configuration is not valid:" + string.Concat(failures.Distinct(StringComparer.Ordinal).Select(line => $"{Environment.NewLine}  - {line}"));
}
