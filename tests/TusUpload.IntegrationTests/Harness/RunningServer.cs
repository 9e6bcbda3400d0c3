using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace TusUpload.IntegrationTests.Harness;

/// <summary>The real Program on a real socket, with a database and a data folder of its own. As a class fixture: one per test class.</summary>
public class RunningServer(PostgresServer postgres) : WebApplicationFactory<Program>, IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private string _database = "";

    /// <summary>Speaks to it as the local user.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Its <c>Data:Path</c>.</summary>
    public string DataPath => _folder.FullPath;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        UseKestrel(port: 0);
        StartServer();
        Client = CreateClient();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _folder.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Settings by key, over the defaults of a test: short intervals, few workers.</summary>
    protected virtual IEnumerable<(string Key, string Value)> Settings => [];

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("ConnectionStrings:Postgres", _database);
        builder.UseSetting("Data:Path", _folder.FullPath);
        builder.UseSetting("Sessions:CheckpointInterval", "00:00:00.100");
        builder.UseSetting("Jobs:Workers", "2");
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        foreach (var (key, value) in Settings)
        {
            builder.UseSetting(key, value);
        }
    }
}
