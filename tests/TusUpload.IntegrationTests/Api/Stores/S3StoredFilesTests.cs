using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Api.Stores;

public sealed class S3StoredFilesTests(PostgresServer postgres, CephRgw ceph) : StoredFiles(postgres)
{
    protected override string Signature => "X-Amz-Signature";

    protected override async Task<Dictionary<string, string?>> SettingsAsync()
    {
        await ceph.RequireAsync();
        return new()
        {
            ["Storage:Kind"] = "s3",
            ["Storage:Bucket"] = "test-" + Guid.CreateVersion7().ToString("N"),
            ["Storage:CreateBuckets"] = "true",
            ["Storage:S3:ServiceUrl"] = ceph.Address.ToString(),
            ["Storage:S3:Region"] = "default",
            ["Storage:S3:AccessKey"] = CephRgw.AccessKey,
            ["Storage:S3:SecretKey"] = CephRgw.SecretKey,
            ["Storage:S3:PartSize"] = "5242880",
        };
    }
}
