namespace TusUpload.Pipeline.Verification;

/// <summary>Reading all of something large in order.</summary>
internal static class FileReads
{
    /// <summary>What is read at once, in bytes.</summary>
    public const int BufferSize = 256 * 1024;

    /// <summary>
    /// As the stream's own, but a file's bytes are read where we are: handing each read to another thread costs more than the page cache takes for it.
    /// Whoever calls this has a worker of its own.
    /// </summary>
    public static ValueTask<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        // Not what somebody has made of one, which may read otherwise.
        if (stream.GetType() != typeof(FileStream))
        {
            return stream.ReadAsync(buffer, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return new(stream.Read(buffer.Span));
    }
}
