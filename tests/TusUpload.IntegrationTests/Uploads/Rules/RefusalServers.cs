using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Uploads.Rules;

/// <summary>Servers of one kind of content, the first one for all tests of a class.</summary>
public abstract class RefusalServers(PostgresServer postgres) : IAsyncLifetime
{
    private RunningServer? _first;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        if (_first is not null)
        {
            await _first.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    public async ValueTask<RunningServer> FirstAsync() => _first ??= await StartAsync(null);

    /// <summary>A server; beside another one, on its database and its content.</summary>
    public async Task<RunningServer> StartAsync(RunningServer? beside)
    {
        var content = new Dictionary<string, string>(StringComparer.Ordinal);
        await ConfigureAsync(content);
        return await RunningServer.StartAsync(postgres, settings =>
        {
            foreach (var (key, value) in content)
            {
                settings[key] = value;
            }

            if (beside is not null)
            {
                settings["ConnectionStrings:Postgres"] = beside.ConnectionString;
                settings["Storage:LocalPath"] = Path.Combine(beside.DataPath, "objects");
            }
        });
    }

    /// <summary>Settings of the content.</summary>
    protected abstract ValueTask ConfigureAsync(IDictionary<string, string> settings);
}

public sealed class DiskServers(PostgresServer postgres) : RefusalServers(postgres)
{
    private readonly TestFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _folder.DisposeAsync();
    }

    protected override ValueTask ConfigureAsync(IDictionary<string, string> settings)
    {
        settings["Content:Shared"] = "true";
        settings["Content:Path"] = _folder.FullPath;
        return ValueTask.CompletedTask;
    }
}

public sealed class PostgresServers(PostgresServer postgres) : RefusalServers(postgres)
{
    protected override ValueTask ConfigureAsync(IDictionary<string, string> settings)
    {
        settings["Content:Kind"] = "postgres";
        return ValueTask.CompletedTask;
    }
}

public sealed class S3Servers(PostgresServer postgres, CephRgw ceph) : RefusalServers(postgres)
{
    private readonly string _bucket = "test-" + Guid.CreateVersion7().ToString("N");

    protected override async ValueTask ConfigureAsync(IDictionary<string, string> settings)
    {
        await ceph.RequireAsync();
        settings["Content:Kind"] = "s3";
        settings["Content:S3:ServiceUrl"] = ceph.Address.ToString();
        settings["Content:S3:Region"] = "default";
        settings["Content:S3:Bucket"] = _bucket;
        settings["Content:S3:AccessKey"] = CephRgw.AccessKey;
        settings["Content:S3:SecretKey"] = CephRgw.SecretKey;
        settings["Content:S3:CreateBucket"] = "true";
    }
}
