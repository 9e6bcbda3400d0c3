using System.Buffers;

using Microsoft.Win32.SafeHandles;

namespace TusUpload.Uploads.Content;

/// <summary>
/// Positional writes straight from the socket's blocks. They are synchronous on purpose: the page cache takes a block in less time than an
/// asynchronous write costs to set up (measured: 1.24 against 1.46 CPU seconds per GiB).
/// </summary>
internal sealed class DiskWriter(DiskContent content, Guid uploadId, SafeFileHandle file) : IContentWriter
{
    public ValueTask WriteAsync(ReadOnlySequence<byte> bytes, long position, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var block in bytes)
            {
                RandomAccess.Write(file, block.Span, position);
                position += block.Length;
            }
        }
        catch (IOException trouble) when (DurableFile.IsFull(trouble))
        {
            throw new StorageFullException("The disk of the content folder is full.", trouble);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await content.SyncAsync(uploadId, file, cancellationToken);
        }
        catch (IOException trouble) when (DurableFile.IsFull(trouble))
        {
            throw new StorageFullException("The disk of the content folder is full.", trouble);
        }
    }

    public ValueTask DisposeAsync()
    {
        file.Dispose();
        return ValueTask.CompletedTask;
    }
}
