using TusUpload.IntegrationTests.Harness;

namespace TusUpload.ConformanceTests.Wire;

/// <summary>The real server with a small largest upload, and a client that speaks one version of HTTP to it.</summary>
public abstract class ConformanceServer(PostgresServer postgres, Version version) : RunningServer(postgres)
{
    public const long MaxSize = 1 << 20;

    private readonly Lock _gate = new();
    private HttpClient? _http;

    /// <summary>For requests that say of themselves which version they are, this one says it instead.</summary>
    public virtual HttpClient Http
    {
        get
        {
            lock (_gate)
            {
                return _http ??= new HttpClient(new OneVersion(version, NewHandler())) { BaseAddress = Target };
            }
        }
    }

    public int Port => Client.BaseAddress!.Port;

    /// <summary>Whom the client calls.</summary>
    protected virtual Uri Target => Address;

    protected override IEnumerable<(string Key, string Value)> Settings =>
        [("Tus:MaxSize", MaxSize.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    public override async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual HttpMessageHandler NewHandler() => new SocketsHttpHandler { UseProxy = false };

    private sealed class OneVersion(Version version, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (request.Version, request.VersionPolicy) = (version, HttpVersionPolicy.RequestVersionExact);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
