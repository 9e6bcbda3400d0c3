using System.Net.Http.Headers;
using System.Text;

using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.Data;
using TusUpload.Server.Auth;

namespace TusUpload.IntegrationTests.Harness;

/// <summary>
/// The real program on a real socket, with a database and a data folder of its own. A fixture of a class, or made by a test that needs other
/// settings: <c>await using var server = await RunningServer.StartAsync(postgres, s => s["Tus:MaxSize"] = "10")</c>.
/// </summary>
public class RunningServer(PostgresServer postgres) : WebApplicationFactory<Program>, IAsyncLifetime
{
    private readonly TestFolder _data = new();
    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);
    private Action<IServiceCollection> _services = _ => { };

    // What stands before the database, by its connection string.
    private Func<string, Task<string>> _before = Task.FromResult;

    /// <summary>Calls as the user <c>local</c>.</summary>
    public HttpClient Client { get; private set; } = null!;

    /// <summary>Scheme, host and port, for raw sockets and other clients.</summary>
    public Uri Address => ClientOptions.BaseAddress;

    public string DataPath => _data.FullPath;

    /// <summary>For a test that needs a server with other settings.</summary>
    public PostgresServer Postgres => postgres;

    /// <summary>Of the server's database, for statements of the test's own.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>Settings by key, for fixtures that always need them.</summary>
    protected virtual IEnumerable<(string Key, string Value)> Settings => [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<RunningServer> StartAsync(
        PostgresServer postgres, Action<IDictionary<string, string>>? settings = null, Action<IServiceCollection>? services = null,
        Func<string, Task<string>>? before = null)
    {
        var server = new RunningServer(postgres) { _before = before ?? Task.FromResult };
        settings?.Invoke(server._settings);
        server._services = services ?? server._services;
        try
        {
            await server.InitializeAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public virtual async ValueTask InitializeAsync()
    {
        ConnectionString = await _before(await postgres.CreateDatabaseAsync());
        Listen();
        StartServer();
        Client = NewClient();
    }

    /// <summary>Calls as another local user.</summary>
    public HttpClient ClientOf(string user)
    {
        var client = NewClient();
        client.DefaultRequestHeaders.Add(DevelopmentAuthentication.UserHeader, user);
        return client;
    }

    /// <summary>Calls with a token or an API key; null: with neither.</summary>
    public HttpClient ClientWith(string? token)
    {
        var client = NewClient();
        client.DefaultRequestHeaders.Authorization = token is null ? null : new("Bearer", token);
        return client;
    }

    /// <summary>Uploads content in one request and waits for nothing. Says the upload's id.</summary>
    public async Task<Guid> UploadAsync(byte[] content, string fileName = "a file", HttpClient? client = null, params (string Key, string Value)[] metadata)
    {
        using var request = Creation(content.Length, [("filename", fileName), .. metadata]);
        request.Content = new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("application/offset+octet-stream") } };
        return await IdOfAsync(request, client ?? Client);
    }

    /// <summary>Creates an upload without a byte of it. Says its id.</summary>
    public async Task<Guid> CreateUploadAsync(
        long length, string fileName = "a file", HttpClient? client = null, params (string Key, string Value)[] metadata)
    {
        using var request = Creation(length, [("filename", fileName), .. metadata]);
        return await IdOfAsync(request, client ?? Client);
    }

    /// <summary>Runs queries or seeds rows; what is added is saved.</summary>
    public async Task<T> WithDbAsync<T>(Func<TusUploadDb, Task<T>> work)
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<TusUploadDb>>().CreateDbContextAsync(Ct);
        var result = await work(db);
        await db.SaveChangesAsync(Ct);
        return result;
    }

    public override async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        await base.DisposeAsync();
        await _data.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>A free port over HTTP. For a fixture whose settings name endpoints: <c>UseKestrel()</c>.</summary>
    protected virtual void Listen() => UseKestrel(port: 0);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("ConnectionStrings:Postgres", ConnectionString);
        builder.UseSetting("Data:Path", DataPath);
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        builder.UseSetting("Health:MinFreeDiskBytes", "1");
        builder.UseSetting("Sessions:CheckpointInterval", "00:00:00.100");
        builder.UseSetting("Jobs:Workers", "2");
        foreach (var (key, value) in Settings.Concat(_settings.Select(setting => (setting.Key, setting.Value))))
        {
            builder.UseSetting(key, value);
        }

        builder.ConfigureTestServices(_services);
    }

    // Not the factory's own clients: theirs keep cookies and follow redirects.
    private HttpClient NewClient() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };

    private static HttpRequestMessage Creation(long length, (string Key, string Value)[] metadata) => new(HttpMethod.Post, "/uploads")
    {
        Headers =
        {
            { "Tus-Resumable", "1.0.0" },
            { "Upload-Length", length.ToString(System.Globalization.CultureInfo.InvariantCulture) },
            { "Upload-Metadata", string.Join(',', metadata.Select(pair => $"{pair.Key} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Value))}")) },
        },
    };

    private static async Task<Guid> IdOfAsync(HttpRequestMessage request, HttpClient client)
    {
        using var response = await client.SendAsync(request, Ct);
        Assert.True(
            response.StatusCode == System.Net.HttpStatusCode.Created,
            $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync(Ct)}");
        return Guid.Parse(response.Headers.Location!.ToString().Split('?')[0].Split('/')[^1]);
    }
}
