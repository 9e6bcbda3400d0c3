using System.Buffers;

using TusUpload.Pipeline.Verification;

namespace TusUpload.Pipeline.Storage.Local;

/// <summary>An object as a copy, under a name beside its own until it is whole and on the disk.</summary>
/// <remarks>
/// Two nodes may be at the same file, when a job was taken for lost that was not: each copies to a name of its own, and what the later one renames has
/// the same bytes. A common name would be cut off under the one that is ahead, and it would make an object of the other's half.
/// </remarks>
internal static class ObjectCopy
{
    public const string Unfinished = ".part";

    // A copy writes all the time; one that has not for so long is nobody's.
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(2);

    /// <summary>Until the object is there whole; also where an earlier run made it and the content is gone.</summary>
    public static async Task RunAsync(ObjectSource source, string target, CancellationToken cancellationToken)
    {
        // A copy that is killed again and again must not fill the disk.
        DeleteUnfinished(target, Silence);
        Stream content;
        try
        {
            content = await source.OpenReadAsync(cancellationToken);
        }
        catch (FileNotFoundException) when (IsStored(target, source.Length))
        {
            // An earlier run stored it and died before it could say so.
            return;
        }

        var unfinished = NameBeside(target);
        try
        {
            await using (content)
            {
                await using var copy = new FileStream(unfinished, new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    BufferSize = 0,
                });
                await CopyAsync(content, copy, source.Length, cancellationToken);
                copy.Flush(flushToDisk: true);
            }

            File.Move(unfinished, target, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>A name that nobody else has, which a sweep knows for one that was not finished.</summary>
    public static string NameBeside(string target) => $"{target}.{Guid.CreateVersion7():n}{Unfinished}";

    /// <summary>What killed copies left beside the object.</summary>
    public static void DeleteUnfinished(string target, TimeSpan silentFor)
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(target)!);
        foreach (var file in folder.EnumerateFiles($"{Path.GetFileName(target)}.*{Unfinished}"))
        {
            if (TimeProvider.System.GetUtcNow() - new DateTimeOffset(file.LastWriteTimeUtc) >= silentFor)
            {
                file.Delete();
            }
        }
    }

    private static async Task CopyAsync(Stream content, FileStream copy, long length, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FileReads.BufferSize);
        try
        {
            for (var done = 0L; done < length;)
            {
                var wanted = (int)Math.Min(buffer.Length, length - done);
                var read = await FileReads.ReadAsync(content, buffer.AsMemory(0, wanted), cancellationToken);
                if (read == 0)
                {
                    throw new InvalidDataException($"The content has {done} bytes of {length}.");
                }

                // Synchronous on purpose: the page cache takes it in less time than handing it to another thread costs.
                RandomAccess.Write(copy.SafeFileHandle, buffer.AsSpan(0, read), done);
                done += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool IsStored(string target, long length) => new FileInfo(target) is { Exists: true } found && found.Length == length;
}
