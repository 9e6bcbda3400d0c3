using TusUpload.IntegrationTests.Harness;

namespace TusUpload.ConformanceTests.Wire;

/// <summary>The real server with a small largest upload, and a client that speaks one version of HTTP to it.</summary>
public abstract class ConformanceServer(PostgresServer postgres, Version version) : RunningServer(postgres)
{
    public const long MaxSize = 1 << 20;

    private readonly Lazy<HttpClient> _http = new(() => new HttpClient(new OneVersion(version)));

    /// <summary>For requests that say of themselves which version they are, this one says it instead.</summary>
    public HttpClient Http
    {
        get
        {
            _http.Value.BaseAddress ??= Client.BaseAddress;
            return _http.Value;
        }
    }

    public int Port => Client.BaseAddress!.Port;

    protected override IEnumerable<(string Key, string Value)> Settings =>
        [("Tus:MaxSize", MaxSize.ToString(System.Globalization.CultureInfo.InvariantCulture))];

    public override async ValueTask DisposeAsync()
    {
        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private sealed class OneVersion(Version version) : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (request.Version, request.VersionPolicy) = (version, HttpVersionPolicy.RequestVersionExact);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
