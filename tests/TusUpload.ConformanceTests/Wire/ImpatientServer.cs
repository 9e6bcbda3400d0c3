using TusUpload.IntegrationTests.Harness;

namespace TusUpload.ConformanceTests.Wire;

/// <summary>Gives a silent client one second.</summary>
public sealed class ImpatientServer(PostgresServer postgres) : Http1Server(postgres)
{
    protected override IEnumerable<(string Key, string Value)> Settings => [.. base.Settings, ("Tus:IdleTimeout", "00:00:01")];
}
