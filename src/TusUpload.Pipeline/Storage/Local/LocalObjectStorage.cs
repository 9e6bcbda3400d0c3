using System.Runtime.CompilerServices;

using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.Uploads.Content;

namespace TusUpload.Pipeline.Storage.Local;

/// <summary>
/// Objects as files in a folder. A content that is a file of the same file system becomes the object by a rename or, where it is small, a link; anything
/// else is copied to a name beside the object and renamed then. Either way the object appears whole, and is on the disk before the store says so.
/// </summary>
internal sealed class LocalObjectStorage : IObjectStorage
{
    public const string Name = "local";

    private const string Probe = ".check-";

    private readonly string _root;

    public LocalObjectStorage(IOptions<StorageOptions> options, IOptions<DataOptions> data)
        : this(options.Value.LocalPath ?? Path.Combine(data.Value.FullPath, "objects"))
    {
    }

    internal LocalObjectStorage(string root) => _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    public string Kind => Name;

    public async Task<ObjectProof> StoreAsync(ObjectMove move, CancellationToken cancellationToken)
    {
        try
        {
            return await TakeOrCopyAsync(move.Source, PathOf(move.StoragePath), cancellationToken);
        }
        catch (IOException full) when (DurableFile.IsFull(full))
        {
            throw new StorageFullException("The disk of the object store is full.", full);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException && IsAway())
        {
            throw new ContentUnavailableException("The folder of the object store cannot be written to now.", failure);
        }
    }

    public Task<Stream> OpenReadAsync(string storagePath, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<Stream>(new FileStream(PathOf(storagePath), new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.SequentialScan,
                BufferSize = 0,
            }));
        }
        catch (DirectoryNotFoundException gone)
        {
            throw new FileNotFoundException(gone.Message, storagePath, gone);
        }
    }

    /// <summary>None: files have no address of their own.</summary>
    public Task<Uri?> SignAsync(ObjectLink link, CancellationToken cancellationToken) => Task.FromResult<Uri?>(null);

    public Task DeleteAsync(string storagePath, CancellationToken cancellationToken)
    {
        var target = PathOf(storagePath);
        try
        {
            File.Delete(target);
            ObjectCopy.DeleteUnfinished(target, TimeSpan.Zero);
        }
        catch (DirectoryNotFoundException)
        {
            // Nor is the object.
        }

        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<string> ListAsync(DateTimeOffset unchangedSince, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var file in FilesAsync(unchangedSince, cancellationToken))
        {
            if (!IsUnfinished(file))
            {
                yield return Path.GetRelativePath(_root, file.FullName).Replace(Path.DirectorySeparatorChar, '/');
            }
        }
    }

    public async Task<int> SweepAsync(DateTimeOffset olderThan, CancellationToken cancellationToken)
    {
        var removed = 0;
        await foreach (var file in FilesAsync(olderThan, cancellationToken))
        {
            if (IsUnfinished(file) && TryDelete(file))
            {
                removed++;
            }
        }

        return removed;
    }

    public Task CheckAsync(CancellationToken cancellationToken)
    {
        Check();
        return Task.CompletedTask;
    }

    private void Check()
    {
        Directory.CreateDirectory(_root);
        var probe = Path.Combine(_root, $"{Probe}{Guid.CreateVersion7():n}");
        using (new FileStream(probe, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.DeleteOnClose,
        }))
        {
        }
    }

    private async Task<ObjectProof> TakeOrCopyAsync(ObjectSource source, string target, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(target)!;
        DurableFiles.CreateFolder(_root, folder);
        if (source.FilePath is { } file && TryTake(file, target, source))
        {
            DurableFile.SyncFolder(folder);
            if (!source.IsSmall)
            {
                DurableFile.SyncFolder(Path.GetDirectoryName(file)!);
            }

            return ObjectProof.Digest;
        }

        await ObjectCopy.RunAsync(source, target, cancellationToken);

        // Also where an earlier run did the work: it may have died before this.
        DurableFile.SyncFolder(folder);
        return ObjectProof.Length;
    }

    // Asked after a failure: where nothing can be written at all, nothing is wrong with the file.
    private bool IsAway()
    {
        try
        {
            Check();
            return false;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>
    /// The file becomes the object: a large one by a rename, a small one as a second name of the same bytes, so that the steps before this one can be
    /// repeated and need no statement of their own. False when it is not there or lies on another file system.
    /// </summary>
    private static bool TryTake(string file, string target, ObjectSource source)
    {
        var length = source.Length;
        if (!File.Exists(file))
        {
            return false;
        }

        // The content may have been preallocated longer; it must be cut before anybody can see it as an object.
        using (var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
        {
            var size = RandomAccess.GetLength(handle);
            if (size < length)
            {
                throw new InvalidDataException($"The content has {size} bytes of {length}.");
            }

            if (size > length)
            {
                RandomAccess.SetLength(handle, length);
            }

            RandomAccess.FlushToDisk(handle);
        }

        return source.IsSmall ? DurableFiles.TryLink(file, target) : DurableFiles.TryRename(file, target);
    }

    // One that cannot be removed now must not keep those behind it.
    private static bool TryDelete(FileInfo file)
    {
        try
        {
            file.Delete();
            return true;
        }
        catch (Exception stuck) when (stuck is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static bool IsUnfinished(FileInfo file) =>
        file.Name.EndsWith(ObjectCopy.Unfinished, StringComparison.Ordinal) || file.Name.StartsWith(Probe, StringComparison.Ordinal);

    private async IAsyncEnumerable<FileInfo> FilesAsync(DateTimeOffset unchangedSince, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folders = new Stack<DirectoryInfo>([new(_root)]);
        while (folders.TryPop(out var folder))
        {
            // A folder at a time, and others run in between: there may be millions of files.
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var entry in folder.Exists ? folder.EnumerateFileSystemInfos() : [])
            {
                if (entry is DirectoryInfo below)
                {
                    folders.Push(below);
                }
                else if (entry is FileInfo file && new DateTimeOffset(file.LastWriteTimeUtc) <= unchangedSince)
                {
                    yield return file;
                }
            }
        }
    }

    private string PathOf(string storagePath) => ObjectKey.IsValid(storagePath)
        ? Path.Combine(_root, storagePath)
        : throw new ArgumentException("An object's key is a plain relative path.", nameof(storagePath));
}
