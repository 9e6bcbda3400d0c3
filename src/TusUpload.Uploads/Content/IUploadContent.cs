using System.Buffers;

namespace TusUpload.Uploads.Content;

/// <summary>
/// The bytes of uploads until the pipeline has taken them over. Callers hold the upload's lease, so there is one writer; readers come only
/// after the last byte.
/// </summary>
public interface IUploadContent
{
    /// <summary>The value of <c>Content:Kind</c> that selects it.</summary>
    string Kind { get; }

    /// <summary>The node whose disk holds the bytes; null where every node reaches them.</summary>
    Guid? Node { get; }

    /// <summary>
    /// Sets aside room for a new upload, so that its last byte finds a place if its first does. Throws <see cref="StorageFullException"/>, and
    /// then nothing is left behind.
    /// </summary>
    ValueTask ReserveAsync(Guid uploadId, long length, CancellationToken cancellationToken);

    /// <summary>
    /// Opens an upload for writing at <paramref name="offset"/>. At 0 it makes what is missing; later, bytes that were acknowledged must be there:
    /// throws <see cref="FileNotFoundException"/> rather than going on without them. Throws <see cref="StorageFullException"/>.
    /// </summary>
    ValueTask<IContentWriter> OpenWriterAsync(ContentLease lease, long offset, CancellationToken cancellationToken);

    /// <summary>
    /// Opens an upload of which so many bytes have been written, committed or not, at its first byte; the stream can seek. Bytes after <paramref name="length"/>, where there are any, mean nothing: they were never
    /// committed. Throws <see cref="FileNotFoundException"/> when the content is gone.
    /// </summary>
    ValueTask<Stream> OpenReadAsync(Guid uploadId, long length, CancellationToken cancellationToken);

    /// <summary>
    /// Opens the first bytes of an upload that goes on, at most 64 KiB of what is committed. Nothing is made whole for it.
    /// </summary>
    ValueTask<Stream> OpenFirstAsync(Guid uploadId, long length, CancellationToken cancellationToken) =>
        OpenReadAsync(uploadId, length, cancellationToken);

    /// <summary>Removes every byte of an upload; removing what is not there is no error.</summary>
    ValueTask DeleteAsync(Guid uploadId, CancellationToken cancellationToken);

    /// <summary>
    /// Uploads that have bytes here and were made before <paramref name="unchangedSince"/>; where it is known when bytes were written, only those that got
    /// none since. For whoever looks for what nobody knows of.
    /// </summary>
    IAsyncEnumerable<Guid> ListAsync(DateTimeOffset unchangedSince, CancellationToken cancellationToken);
}

/// <summary>
/// Under what right bytes are written. Content that can refuse bytes of a lease that is no longer the newest does; where it cannot, such bytes lie
/// where the same client's same bytes lie, and no commit tells of them.
/// </summary>
/// <param name="Node">Null for an upload that no row knows yet, which nobody else can write.</param>
public sealed record ContentLease(Guid UploadId, Guid? Node, long Epoch)
{
    /// <summary>Of an upload that is written before its row is made.</summary>
    public static ContentLease Unknown(Guid uploadId) => new(uploadId, null, 0);
}

/// <summary>One writer of one upload.</summary>
public interface IContentWriter : IAsyncDisposable
{
    /// <summary>Whether what it wrote can be read back while the upload is unfinished.</summary>
    bool CanReadBack => true;

    /// <summary>Writes bytes at a position. They are kept by the system, not yet by the disk. Throws <see cref="StorageFullException"/>.</summary>
    ValueTask WriteAsync(ReadOnlySequence<byte> bytes, long position, CancellationToken cancellationToken);

    /// <summary>
    /// Called between two writes: an offset is about to be committed here, after a flush that may come when more has been written. So what comes before
    /// must stay a whole by itself. One place at a time.
    /// </summary>
    void Mark()
    {
    }

    /// <summary>Returns when everything written before is as durable as configured. Throws <see cref="StorageFullException"/>.</summary>
    ValueTask FlushAsync(CancellationToken cancellationToken);
}

/// <summary>Content that is one file on this machine, which a local object store can take by renaming it.</summary>
public interface IFileContent
{
    /// <summary>The file of a complete upload; whoever renames it has taken the content over. It may be longer than the upload.</summary>
    string PathOf(Guid uploadId);
}

/// <summary>Content that is an object of an S3 store once it is whole, which can then be a file's without being moved.</summary>
public interface IObjectContent
{
    /// <summary>
    /// Leaves the object of an upload that has been read whole to its file: from now on <see cref="IUploadContent.DeleteAsync"/> does not remove it. Its key; null
    /// where there is no such object of exactly <paramref name="length"/> bytes in this bucket. Again is no error.
    /// </summary>
    ValueTask<string?> KeepAsync(Guid uploadId, long length, string serviceUrl, string bucket, CancellationToken cancellationToken);
}

/// <summary>There is no room for the bytes now.</summary>
public sealed class StorageFullException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>What holds the bytes cannot be reached or does not work now; what was acknowledged is safe.</summary>
public class ContentUnavailableException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>The lease under which bytes were to be written is no longer the newest: the upload is another's now, and nothing was written.</summary>
public sealed class ContentFencedException() : Exception("The upload is another's now.");

/// <summary>Content that is not on this machine and may be away.</summary>
public interface IContentCheck
{
    /// <summary>Throws when uploads cannot be taken in.</summary>
    Task CheckAsync(CancellationToken cancellationToken);
}
