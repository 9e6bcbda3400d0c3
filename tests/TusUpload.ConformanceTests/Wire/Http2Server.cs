using System.Net;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.ConformanceTests.Wire;

/// <summary>HTTP/2 without TLS, as a proxy in front would speak it. An endpoint without TLS speaks one version only.</summary>
public sealed class Http2Server(PostgresServer postgres) : ConformanceServer(postgres, HttpVersion.Version20)
{
    protected override IEnumerable<(string Key, string Value)> Settings => [.. base.Settings, ("Kestrel:EndpointDefaults:Protocols", "Http2")];
}

[CollectionDefinition]
public sealed class OverHttp2 : ICollectionFixture<Http2Server>;
