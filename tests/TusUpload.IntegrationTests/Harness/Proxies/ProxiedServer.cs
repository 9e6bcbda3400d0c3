namespace TusUpload.IntegrationTests.Harness.Proxies;

/// <summary>The real server behind a real proxy, which it knows. Where the proxy is not installed, nothing runs.</summary>
public abstract class ProxiedServer(PostgresServer postgres, ProxyKind kind) : RunningServer(postgres)
{
    private readonly Dictionary<Version, HttpClient> _clients = [];
    private ProxyProcess? _proxy;

    /// <summary>Skips the test where there is none.</summary>
    public ProxyProcess Proxy
    {
        get
        {
            kind.Require();
            return _proxy!;
        }
    }

    public ProxyKind Kind => kind;

    protected override IEnumerable<(string Key, string Value)> Settings => [("Proxies:Known:0", "127.0.0.1"), ("Content:Durability", "os")];

    /// <summary>A client of the proxy. It belongs to the fixture.</summary>
    public HttpClient Through(Version version)
    {
        if (!_clients.TryGetValue(version, out var client))
        {
            _clients[version] = client = Proxy.NewClient(version);
        }

        return client;
    }

    public override async ValueTask InitializeAsync()
    {
        if (kind.Path is not null)
        {
            await base.InitializeAsync();
            _proxy = await ProxyProcess.StartAsync(kind, Address.Port);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}

public sealed class ServerBehindNginx(PostgresServer postgres) : ProxiedServer(postgres, ProxyKind.Nginx);

public sealed class ServerBehindHAProxy(PostgresServer postgres) : ProxiedServer(postgres, ProxyKind.HAProxy);

public sealed class ServerBehindCaddy(PostgresServer postgres) : ProxiedServer(postgres, ProxyKind.Caddy);
