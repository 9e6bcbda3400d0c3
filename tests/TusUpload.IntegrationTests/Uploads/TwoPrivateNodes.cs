using Npgsql;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>Two servers on one database and one object store, each with a content folder that the other cannot see.</summary>
public sealed class TwoPrivateNodes(PostgresServer postgres) : IAsyncLifetime
{
    public RunningServer One { get; private set; } = null!;

    public RunningServer Other { get; private set; } = null!;

    public NpgsqlDataSource Database { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        One = await RunningServer.StartAsync(postgres);
        Other = await RunningServer.StartAsync(postgres, settings =>
        {
            settings["ConnectionStrings:Postgres"] = One.ConnectionString;
            settings["Storage:LocalPath"] = Path.Combine(One.DataPath, "objects");
        });
        Database = NpgsqlDataSource.Create(One.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await Other.DisposeAsync();
        await One.DisposeAsync();
    }

    /// <summary>Whether the node's folder has bytes of the upload.</summary>
    public static bool Holds(RunningServer node, Guid upload) =>
        Directory.GetFiles(Path.Combine(node.DataPath, "content"), upload.ToString(), SearchOption.AllDirectories).Length > 0;

    /// <summary>The job servers that have taken up a job of the file; a server's name begins with its node's queue.</summary>
    public async Task<List<string>> WorkersOfAsync(Guid file)
    {
        await using var command = Database.CreateCommand(
            """
            SELECT state.data ->> 'ServerId' FROM hangfire.state JOIN hangfire.job ON job.id = state.jobid
             WHERE state.name = 'Processing' AND job.arguments::text LIKE '%' || $1 || '%'
            """);
        command.Parameters.Add(new() { Value = file.ToString() });
        var workers = new List<string>();
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await row.ReadAsync(TestContext.Current.CancellationToken))
        {
            workers.Add(row.GetString(0));
        }

        return workers;
    }
}
