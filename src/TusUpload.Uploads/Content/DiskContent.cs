using System.Runtime.CompilerServices;

using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace TusUpload.Uploads.Content;

/// <summary>One file per upload and nothing beside it. Files lie in 256 folders by the last two digits of the id, the random ones.</summary>
internal sealed class DiskContent : IUploadContent, IFileContent
{
    private const int Shards = 256;

    // A disk takes several syncs in the time of one, and each holds a thread.
    private static readonly SemaphoreSlim Syncs = new(16);

    private readonly ContentFolder _folder;
    private readonly bool _sync;
    private readonly bool _shared;
    private readonly bool[] _made = new bool[Shards];
    private readonly FolderSync[] _shards;
    private readonly FolderSync _root;
    private readonly FreeSpace _free;

    public DiskContent(ContentFolder folder, IOptions<ContentOptions> options, TimeProvider? time = null)
    {
        _folder = folder;
        _sync = options.Value.Durability == "fsync";
        _shared = options.Value.Shared;
        _free = new(folder.Path, options.Value.MinFreeBytes, time ?? TimeProvider.System);
        _root = new(SyncRoot);
        _shards = [.. Enumerable.Range(0, Shards).Select(shard => new FolderSync(() => DurableFile.SyncFolder(FolderOf(shard))))];
    }

    public string Kind => "disk";

    public Guid? Node => _shared ? null : _folder.Node.Id;

    public string PathOf(Guid uploadId) => Path.Combine(FolderOf(Shard(uploadId)), uploadId.ToString());

    public ValueTask ReserveAsync(Guid uploadId, long length, CancellationToken cancellationToken)
    {
        if (!_free.HasRoomFor(length))
        {
            throw new StorageFullException("The disk of the content folder lacks room for a new upload.");
        }

        try
        {
            using var file = Open(uploadId, FileMode.CreateNew);
            DurableFile.Allocate(file, length);
        }
        catch (IOException trouble) when (DurableFile.IsFull(trouble))
        {
            File.Delete(PathOf(uploadId));
            throw new StorageFullException("The disk of the content folder is full.", trouble);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IContentWriter> OpenWriterAsync(ContentLease lease, long offset, CancellationToken cancellationToken)
    {
        var uploadId = lease.UploadId;
        // What has begun may go on; see Content:MinFreeBytes.
        if (offset == 0 && !File.Exists(PathOf(uploadId)) && !_free.HasRoom())
        {
            throw new StorageFullException("The disk of the content folder lacks room for a new upload.");
        }

        try
        {
            var file = Open(uploadId, offset == 0 ? FileMode.OpenOrCreate : FileMode.Open);
            if (offset > 0 && RandomAccess.GetLength(file) < offset)
            {
                file.Dispose();
                throw new FileNotFoundException("Acknowledged bytes are gone from the content folder.");
            }

            return new(new DiskWriter(this, uploadId, file));
        }
        catch (IOException trouble) when (DurableFile.IsFull(trouble))
        {
            throw new StorageFullException("The disk of the content folder is full.", trouble);
        }
    }

    public ValueTask<Stream> OpenReadAsync(Guid uploadId, long length, CancellationToken cancellationToken)
    {
        try
        {
            return new(new FileStream(
                PathOf(uploadId), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan));
        }
        catch (DirectoryNotFoundException trouble)
        {
            throw new FileNotFoundException("The content is gone.", trouble);
        }
    }

    public ValueTask DeleteAsync(Guid uploadId, CancellationToken cancellationToken)
    {
        try
        {
            File.Delete(PathOf(uploadId));
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing was ever written to that folder.
        }

        return ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<Guid> ListAsync(DateTimeOffset unchangedSince, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var shard = 0; shard < Shards; shard++)
        {
            // A folder at a time, and others run in between: there may be millions of files.
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            var folder = new DirectoryInfo(FolderOf(shard));
            foreach (var file in folder.Exists ? folder.EnumerateFiles() : [])
            {
                if (Guid.TryParseExact(file.Name, "D", out var uploadId)
                    && UploadAge.TimeOf(uploadId) <= unchangedSince && new DateTimeOffset(file.LastWriteTimeUtc) <= unchangedSince)
                {
                    yield return uploadId;
                }
            }
        }
    }

    /// <summary>Makes the file's bytes, and the entry that leads to them, as durable as configured.</summary>
    internal async ValueTask SyncAsync(Guid uploadId, SafeFileHandle file, CancellationToken cancellationToken)
    {
        if (!_sync)
        {
            return;
        }

        await Syncs.WaitAsync(cancellationToken);
        try
        {
            DurableFile.SyncData(file);
            _shards[Shard(uploadId)].Sync();
            _root.Sync();
        }
        finally
        {
            Syncs.Release();
        }
    }

    private void SyncRoot()
    {
        DurableFile.SyncFolder(_folder.Path);
        FolderEntry.Sync(_folder.Path);
    }

    private SafeFileHandle Open(Guid uploadId, FileMode mode)
    {
        var shard = Shard(uploadId);
        if (!Volatile.Read(ref _made[shard]))
        {
            Directory.CreateDirectory(FolderOf(shard));
            _root.Changed();
            Volatile.Write(ref _made[shard], true);
        }

        var path = PathOf(uploadId);
        var isNew = mode == FileMode.CreateNew || !File.Exists(path);
        var file = File.OpenHandle(path, mode, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        if (isNew)
        {
            _shards[shard].Changed();
        }

        return file;
    }

    private string FolderOf(int shard) => Path.Combine(_folder.Path, shard.ToString("x2", null));

    private static int Shard(Guid uploadId)
    {
        Span<byte> bytes = stackalloc byte[16];
        uploadId.TryWriteBytes(bytes);
        return bytes[15];
    }
}
