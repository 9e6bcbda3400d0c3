using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace TusUpload.Uploads.Content;

/// <summary>One file per upload and nothing beside it. Files lie in 256 folders by the last two digits of the id, the random ones.</summary>
internal sealed class DiskContent(ContentFolder folder, IOptions<ContentOptions> options) : IUploadContent, IFileContent
{
    private const int Shards = 256;
    private readonly bool _sync = options.Value.Durability == "fsync";
    private readonly bool[] _made = new bool[Shards];

    // Set where a folder may have entries that are not on the disk yet; at the start of a process that is every one.
    private readonly int[] _unsynced = Enumerable.Repeat(1, Shards).ToArray();

    public string Kind => "disk";

    public Guid? Node => options.Value.Shared ? null : folder.Node.Id;

    public string PathOf(Guid uploadId) => Path.Combine(FolderOf(Shard(uploadId)), uploadId.ToString());

    public ValueTask ReserveAsync(Guid uploadId, long length, CancellationToken cancellationToken)
    {
        var disk = new DriveInfo(folder.Path);
        if (disk.AvailableFreeSpace - length < Math.Min(options.Value.MinFreeBytes, disk.TotalSize / 50))
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

    public ValueTask<IContentWriter> OpenWriterAsync(Guid uploadId, CancellationToken cancellationToken)
    {
        try
        {
            return new(new DiskWriter(this, uploadId, Open(uploadId, FileMode.OpenOrCreate)));
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

    /// <summary>Makes the file's bytes, and the entry that leads to them, as durable as configured.</summary>
    internal void Sync(Guid uploadId, SafeFileHandle file)
    {
        if (!_sync)
        {
            return;
        }

        DurableFile.SyncData(file);
        var shard = Shard(uploadId);
        if (Interlocked.Exchange(ref _unsynced[shard], 0) == 0)
        {
            return;
        }

        try
        {
            DurableFile.SyncFolder(FolderOf(shard));
            DurableFile.SyncFolder(folder.Path);
        }
        catch (IOException)
        {
            Volatile.Write(ref _unsynced[shard], 1);
            throw;
        }
    }

    private SafeFileHandle Open(Guid uploadId, FileMode mode)
    {
        var shard = Shard(uploadId);
        if (!Volatile.Read(ref _made[shard]))
        {
            Directory.CreateDirectory(FolderOf(shard));
            Volatile.Write(ref _made[shard], true);
        }

        var path = PathOf(uploadId);
        if (mode == FileMode.CreateNew || !File.Exists(path))
        {
            Volatile.Write(ref _unsynced[shard], 1);
        }

        return File.OpenHandle(path, mode, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }

    private string FolderOf(int shard) => Path.Combine(folder.Path, shard.ToString("x2", null));

    private static int Shard(Guid uploadId)
    {
        Span<byte> bytes = stackalloc byte[16];
        uploadId.TryWriteBytes(bytes);
        return bytes[15];
    }
}
