using System.Buffers;

using Microsoft.Win32.SafeHandles;

using TusUpload.Uploads.Content;

namespace TusUpload.Pipeline.Storage;

/// <summary>
/// A source in pieces that can be read again and several at once, whatever its content is: a piece of a file is read where it lies, any other is fetched
/// once, to a spool on the local disk. Throws <see cref="FileNotFoundException"/> when the content is gone.
/// </summary>
internal sealed class SourceParts : IDisposable
{
    private const int Step = 1 << 20;

    private readonly ObjectSource _source;
    private readonly string _spools;
    private readonly SafeFileHandle? _file;

    /// <param name="spools">A folder of the local disk.</param>
    public SourceParts(ObjectSource source, string spools)
    {
        (_source, _spools) = (source, spools);
        if (source.FilePath is { } path)
        {
            try
            {
                _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            }
            catch (DirectoryNotFoundException gone)
            {
                throw new FileNotFoundException("The content is gone.", gone);
            }
        }
    }

    /// <summary>So many bytes of the source.</summary>
    public async Task<SourcePart> OpenAsync(long start, long length, CancellationToken cancellationToken) => _file is { } file
        ? new(new SliceStream(file, start, length))
        : await FetchAsync(start, length, cancellationToken);

    /// <summary>All of the source, to be read once, from its beginning; no spool is made of it.</summary>
    public async Task<Stream> OpenAllAsync(CancellationToken cancellationToken) => _file is { } file
        ? new SliceStream(file, 0, _source.Length)
        : await _source.OpenReadAsync(cancellationToken);

    public void Dispose() => _file?.Dispose();

    private async Task<SourcePart> FetchAsync(long start, long length, CancellationToken cancellationToken)
    {
        await using var content = await _source.OpenReadAsync(cancellationToken);
        if (start > 0)
        {
            content.Position = start;
        }

        var spool = new Spool(_spools);
        var buffer = ArrayPool<byte>.Shared.Rent(Step);
        try
        {
            for (var done = 0L; done < length;)
            {
                var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(Step, length - done)), cancellationToken);
                if (read == 0)
                {
                    throw new InvalidDataException($"The content has {start + done} bytes of {_source.Length}.");
                }

                spool.Write(buffer.AsSpan(0, read), done);
                done += read;
            }

            return new(spool.Slice(0, length), spool);
        }
        catch
        {
            spool.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>A piece of a source. <paramref name="Bytes"/> can seek and begins at 0.</summary>
internal sealed record SourcePart(Stream Bytes, Spool? Spool = null) : IDisposable
{
    public void Dispose()
    {
        Bytes.Dispose();
        Spool?.Dispose();
    }
}
