using System.Globalization;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Pipeline.Storage;

public sealed class S3StorageComplianceTests(PostgresServer postgres, CephRgw ceph) : RemoteStorageCompliance(postgres)
{
    protected override string Section => "S3";

    protected override async Task<int> PortAsync()
    {
        await ceph.RequireAsync();
        return ceph.Port;
    }

    protected override Dictionary<string, string?> SettingsVia(int port) => new()
    {
        ["Storage:Kind"] = "s3",
        ["Storage:Bucket"] = "test-" + Guid.CreateVersion7().ToString("N"),
        ["Storage:CreateBuckets"] = "true",
        ["Storage:S3:ServiceUrl"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"),
        ["Storage:S3:Region"] = "default",
        ["Storage:S3:AccessKey"] = CephRgw.AccessKey,
        ["Storage:S3:SecretKey"] = CephRgw.SecretKey,
        ["Storage:S3:PartSize"] = "5242880",
        ["Storage:S3:Retries"] = "0",
    };

    protected override Refusal Trouble(int status) => Said(status, status == 500 ? "InternalError" : "SlowDown");

    protected override Refusal UnknownKey => Said(403, "InvalidAccessKeyId");

    protected override void SpoilKey(Dictionary<string, string?> settings) => settings["Storage:S3:SecretKey"] = "another";

    private static Refusal Said(int status, string code) => new(status, "application/xml", $"<?xml version=\"1.0\"?><Error><Code>{code}</Code></Error>");
}
