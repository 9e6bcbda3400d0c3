using Microsoft.Win32.SafeHandles;

namespace TusUpload.Uploads.Content;

/// <summary>
/// A file without a name on the local disk, for the part that is being filled and the one before it on its way: memory stays small. Nothing in it
/// outlives its process, and nothing in it has been acknowledged that is not elsewhere too.
/// </summary>
public sealed class Spool : IDisposable
{
    private readonly SafeFileHandle _file;

    public Spool(string folder)
    {
        var path = Path.Combine(folder, Guid.CreateVersion7().ToString("N"));
        _file = Guarded(() => File.OpenHandle(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None));
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }
    }

    /// <summary>Makes the folder, and removes what a process left that died between making a file and taking its name away.</summary>
    public static void Prepare(string folder)
    {
        foreach (var left in Directory.CreateDirectory(folder).EnumerateFiles())
        {
            try
            {
                left.Delete();
            }
            catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
            {
                // Somebody else's.
            }
        }
    }

    /// <summary>Synchronous on purpose, as on disk: the page cache takes it. Throws <see cref="StorageFullException"/>.</summary>
    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        try
        {
            RandomAccess.Write(_file, bytes, position);
        }
        catch (IOException trouble) when (DurableFile.IsFull(trouble))
        {
            throw Full(trouble);
        }
    }

    public int Read(Span<byte> bytes, long position) => RandomAccess.Read(_file, bytes, position);

    /// <summary>So many bytes from a place, as a stream that can seek. It does not own the file.</summary>
    public Stream Slice(long start, long length) => new SliceStream(_file, start, length);

    public void Dispose() => _file.Dispose();

    private static SafeFileHandle Guarded(Func<SafeFileHandle> open)
    {
        try
        {
            return open();
        }
        catch (IOException trouble) when (DurableFile.IsFull(trouble))
        {
            throw Full(trouble);
        }
    }

    private static StorageFullException Full(IOException trouble) => new("The disk of the spool folder is full.", trouble);
}
