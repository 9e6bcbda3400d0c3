using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Uploads.Content;

namespace TusUpload.IntegrationTests.Uploads.Content;

/// <summary>A private folder: whoever comes next is the same node.</summary>
public sealed class DiskContentComplianceTests(PostgresServer postgres) : FolderCompliance(postgres, shared: false);

/// <summary>A folder that every node reaches.</summary>
public sealed class SharedDiskContentComplianceTests(PostgresServer postgres) : FolderCompliance(postgres, shared: true);

public abstract class FolderCompliance(PostgresServer postgres, bool shared) : ContentCompliance(postgres)
{
    private readonly TestFolder _folder = new();
    private ContentFolder? _held;

    // A file takes what any process writes to it.
    protected override bool RefusesLostLeases => false;

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        _held?.Dispose();
        await _folder.DisposeAsync();
    }

    protected override ValueTask<IUploadContent> StartAsync()
    {
        var options = Options.Create(new ContentOptions { Shared = shared });
        var folder = shared ? NewFolder() : _held ??= NewFolder();
        return new(new DiskContent(folder, options));

        ContentFolder NewFolder() => new(options, Options.Create(new DataOptions { Path = _folder.FullPath }));
    }
}
