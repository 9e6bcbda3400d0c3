using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Pipeline.Storage;

public sealed class LocalStorageComplianceTests(PostgresServer postgres) : ObjectStorageCompliance(postgres)
{
    protected override Task<Dictionary<string, string?>> SettingsAsync() =>
        Task.FromResult(new Dictionary<string, string?> { ["Storage:Kind"] = "local", ["Storage:Bucket"] = null });
}
