using System.Net;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.ConformanceTests.Wire;

/// <summary>As it listens by default.</summary>
public class Http1Server(PostgresServer postgres) : ConformanceServer(postgres, HttpVersion.Version11);

[CollectionDefinition]
public sealed class OverHttp1 : ICollectionFixture<Http1Server>;
