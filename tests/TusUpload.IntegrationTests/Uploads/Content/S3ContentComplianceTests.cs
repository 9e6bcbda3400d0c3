using TusUpload.IntegrationTests.Harness;
using TusUpload.Uploads.Content;

namespace TusUpload.IntegrationTests.Uploads.Content;

public sealed class S3ContentComplianceTests(PostgresServer postgres, CephRgw ceph) : ContentCompliance(postgres)
{
    private S3Nodes? _nodes;

    public override async ValueTask InitializeAsync()
    {
        await ceph.RequireAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    protected override async ValueTask<IUploadContent> StartAsync() => (_nodes ??= await S3Nodes.CreateAsync(Database, ceph)).Start();
}
