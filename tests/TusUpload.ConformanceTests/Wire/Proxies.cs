using System.Net;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Harness.Proxies;

namespace TusUpload.ConformanceTests.Wire;

/// <summary>nginx, with clients that speak HTTP/2.</summary>
public sealed class NginxServer(PostgresServer postgres) : ProxyServer(postgres, ProxyKind.Nginx, HttpVersion.Version20);

[CollectionDefinition]
public sealed class ThroughNginx : ICollectionFixture<NginxServer>;

/// <summary>HAProxy, with clients that speak HTTP/2.</summary>
public sealed class HAProxyServer(PostgresServer postgres) : ProxyServer(postgres, ProxyKind.HAProxy, HttpVersion.Version20);

[CollectionDefinition]
public sealed class ThroughHAProxy : ICollectionFixture<HAProxyServer>;

/// <summary>Caddy, with clients that speak HTTP/1.1.</summary>
public sealed class CaddyServer(PostgresServer postgres) : ProxyServer(postgres, ProxyKind.Caddy, HttpVersion.Version11);

[CollectionDefinition]
public sealed class ThroughCaddy : ICollectionFixture<CaddyServer>;
