using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.Uploads.Content;

namespace TusUpload.Benchmarks.Work;

/// <summary>One upload on the disk, in a folder of its own that goes with it.</summary>
internal sealed class DiskWork : IDisposable
{
    private readonly DirectoryInfo _path = Directory.CreateTempSubdirectory("tus-upload-work-");
    private readonly ContentFolder _folder;

    public DiskWork(string durability)
    {
        var options = Options.Create(new ContentOptions { Durability = durability, MinFreeBytes = 0 });
        _folder = new ContentFolder(options, Options.Create(new DataOptions { Path = _path.FullName }));

        // Opening is synchronous: there is nothing to wait for.
        Writer = new DiskContent(_folder, options).OpenWriterAsync(ContentLease.Unknown(Guid.CreateVersion7()), 0, CancellationToken.None).AsTask().GetAwaiter().GetResult();
    }

    public IContentWriter Writer { get; }

    public void Dispose()
    {
        Writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _folder.Dispose();
        _path.Delete(recursive: true);
    }
}
