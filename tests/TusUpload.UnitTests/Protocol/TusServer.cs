using System.Globalization;
using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

using TusUpload.Protocol;
using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Stores;

namespace TusUpload.UnitTests.Protocol;

/// <summary>The protocol on a real socket, over a store in memory.</summary>
internal sealed class TusServer : IAsyncDisposable
{
    private WebApplication _app = null!;

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public MemoryStore Store { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public LogLines Log { get; } = new();

    public BodyWatch Watch => _app.Services.GetRequiredService<BodyWatch>();

    public IHostApplicationLifetime Lifetime => _app.Lifetime;

    public IServiceProvider Services => _app.Services;

    public int Port { get; private set; }

    public static async Task<TusServer> StartAsync(
        Action<TusOptions>? configure = null, ITusStore? store = null, Action<IServiceCollection>? services = null,
        Action<WebApplication>? pipeline = null, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Test" });
        builder.WebHost.UseKestrel().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols));
        builder.Logging.ClearProviders();
        var server = new TusServer();
        builder.Services.AddSingleton(_ => store ?? server.Store);
        builder.Services.AddSingleton<TimeProvider>(_ => server.Time);
        builder.Services.AddSingleton<ILoggerProvider>(_ => server.Log);
        builder.Services.AddTus(configure);
        services?.Invoke(builder.Services);
        var app = server._app = builder.Build();
        if (pipeline is null)
        {
            app.MapTus("/uploads");
        }
        else
        {
            pipeline(app);
        }

        await app.StartAsync(Ct);
        server.Port = new Uri(app.Urls.Single()).Port;
        return server;
    }

    public RawConnection Connect() => new(Port);

    /// <summary>One request on a connection of its own.</summary>
    public async Task<RawAnswer> SendAsync(string method, string path, string body, params string[] headers)
    {
        await using var connection = Connect();
        var length = method is "HEAD" or "GET" ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        var lines = string.Concat(headers.Select(header => header + "\r\n"));
        await connection.SendAsync($"{method} {path} HTTP/1.1\r\nHost: tus\r\n{length}{lines}\r\n{body}");
        return await connection.ReadAsync(isHead: method == "HEAD");
    }

    /// <summary>One request of tus 1.0.0; bytes come with their content type.</summary>
    public Task<RawAnswer> TusAsync(string method, string path, string body, params string[] headers) =>
        body.Length > 0 || method == "PATCH"
            ? SendAsync(method, path, body, ["Tus-Resumable: 1.0.0", Bytes, .. headers])
            : SendAsync(method, path, body, ["Tus-Resumable: 1.0.0", .. headers]);

    public const string Bytes = "Content-Type: application/offset+octet-stream";

    public static async Task EventuallyAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(2, deadline.Token);
        }
    }

    /// <summary>Lets the server's time pass, second by second.</summary>
    public Task AdvanceUntilAsync(Func<bool> condition) => EventuallyAsync(() =>
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        return condition();
    });

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
