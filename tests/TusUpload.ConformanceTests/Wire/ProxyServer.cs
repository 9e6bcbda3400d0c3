using System.Security.Cryptography.X509Certificates;

using TusUpload.ConformanceTests.Clauses;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Harness.Proxies;
using TusUpload.UnitTests.Protocol;

namespace TusUpload.ConformanceTests.Wire;

/// <summary>The server behind a proxy that runs with its file of config/proxies, and a client that speaks TLS to the proxy.</summary>
public abstract class ProxyServer(PostgresServer postgres, ProxyKind kind, Version version) : ConformanceServer(postgres, version)
{
    private ProxyProcess? _proxy;

    public override HttpClient Http
    {
        get
        {
            kind.Require();
            ProxyDifference.SkipIfAny(kind);
            return base.Http;
        }
    }

    /// <summary>A connection to the proxy, for what a client library would not send.</summary>
    internal Task<RawConnection> ConnectAsync() =>
        RawConnection.OverTlsAsync(_proxy!.Place.Port, X509CertificateLoader.LoadCertificateFromFile(_proxy.Place.Certificate.CertificateFile));

    protected override Uri Target => _proxy!.Address;

    protected override IEnumerable<(string Key, string Value)> Settings => [.. base.Settings, ("Proxies:Known:0", "127.0.0.1")];

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
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override HttpMessageHandler NewHandler() => TlsClient.Handler(_proxy!.Place.Port, _proxy.Place.Certificate);
}
