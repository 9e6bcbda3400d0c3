using TusUpload.Data.Content;

namespace TusUpload.Uploads.Content.S3;

/// <summary>
/// Makes one object of a complete upload's parts, and reads it. Whoever dies in the middle, or does it at the same time as another, leaves something
/// that is done again: the same tail becomes the same part, a multipart upload that is gone while the object is there is done.
/// </summary>
internal sealed class S3Completion(S3Staging staging)
{
    private const int Attempts = 3;

    /// <inheritdoc cref="IUploadContent.OpenReadAsync"/>
    public async ValueTask<Stream> OpenAsync(Guid uploadId, long length, CancellationToken cancellationToken)
    {
        if (length == 0)
        {
            return new MemoryStream([], writable: false);
        }

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await staging.Multiparts.FindAsync(uploadId, length, cancellationToken) is not { } found)
            {
                return await RowsStream.OpenAsync(staging.Rows, uploadId, length, cancellationToken);
            }

            if (found.Multipart.IsCompleted || await CompleteAsync(uploadId, found.Multipart, found.Etags, length, cancellationToken))
            {
                return await S3ObjectStream.OpenAsync(staging.Bucket, staging.KeyOf(uploadId), length, cancellationToken);
            }
        }

        throw new FileNotFoundException("The object store lacks parts of the upload.");
    }

    /// <summary>False: what was read is no longer so, or a part is gone.</summary>
    private async Task<bool> CompleteAsync(
        Guid uploadId, Multipart multipart, string[] etags, long length, CancellationToken cancellationToken)
    {
        var key = staging.KeyOf(uploadId);
        if (etags.Length == length / multipart.PartSize
            && await WithTailAsync(uploadId, multipart, etags, length, cancellationToken) is { } all
            && !await TryCompleteAsync(key, multipart, all, length, cancellationToken)
            && await MendAsync(uploadId, multipart, all, length, cancellationToken) is { } mended)
        {
            await TryCompleteAsync(key, multipart, mended, length, cancellationToken);
        }

        // Whatever it answered: what counts is that the object is there.
        if (!await IsThereAsync(key, length, cancellationToken))
        {
            return false;
        }

        await staging.Multiparts.CompletedAsync(uploadId, multipart.Id, cancellationToken);
        return true;
    }

    // Stores may refuse while another node does the same. False: a part is another one, or the multipart upload is gone.
    private async Task<bool> TryCompleteAsync(string key, Multipart multipart, IReadOnlyList<string> etags, long length, CancellationToken cancellationToken)
    {
        try
        {
            return await staging.Bucket.Multiparts.CompleteAsync(key, multipart.Id, etags, cancellationToken);
        }
        catch (ContentUnavailableException)
        {
            if (!await IsThereAsync(key, length, cancellationToken))
            {
                throw;
            }

            return true;
        }
    }

    /// <summary>
    /// Puts right what is not as it was noted: bytes that arrived late, from a writer that is no more, have taken a part's place. Where that could be, its
    /// own bytes have stayed in rows, and are sent again. A part without rows was sent by one writer alone: it is the same bytes under another digest,
    /// as stores give them that encrypt. Null: a part is not there, or nothing is.
    /// </summary>
    private async Task<List<string>?> MendAsync(
        Guid uploadId, Multipart multipart, string[] etags, long length, CancellationToken cancellationToken)
    {
        if (await staging.Bucket.Multiparts.PartsAsync(staging.KeyOf(uploadId), multipart.Id, cancellationToken) is not { } found)
        {
            return null;
        }

        // Bytes that a client sent before it told a smaller length. Some stores want every part named that they have, and each but the last one whole:
        // the tail is filled up, and what lies past the upload's end is never read.
        var beyond = found.Where(part => part.Key > etags.Length).OrderBy(part => part.Key).Select(part => part.Value.ETag).ToList();
        var mended = new List<string>();
        for (var number = 1; number <= etags.Length; number++)
        {
            var size = Math.Min(multipart.PartSize, length - ((number - 1) * multipart.PartSize));
            var sent = beyond.Count > 0 ? multipart.PartSize : size;
            var part = found.GetValueOrDefault(number);
            if (part?.Length == sent && part.ETag == etags[number - 1])
            {
                mended.Add(part.ETag);
            }
            else if ((await PutRowsAsync(uploadId, multipart, number, size, sent, cancellationToken) ?? (part?.Length == sent ? part.ETag : null)) is { } etag)
            {
                mended.Add(etag);
            }
            else
            {
                return null;
            }
        }

        return [.. mended, .. beyond];
    }

    private async Task<bool> IsThereAsync(string key, long length, CancellationToken cancellationToken) =>
        await staging.Bucket.LengthAsync(key, cancellationToken) >= length;

    /// <summary>The parts and, as the last one, the tail; null when the tail or the multipart upload is gone.</summary>
    private async Task<string[]?> WithTailAsync(
        Guid uploadId, Multipart multipart, string[] etags, long length, CancellationToken cancellationToken)
    {
        var size = length - (etags.Length * multipart.PartSize);
        return size == 0 ? etags
            : await PutRowsAsync(uploadId, multipart, etags.Length + 1, size, size, cancellationToken) is { } etag ? [.. etags, etag]
            : null;
    }

    /// <summary>Sends a part from its rows; its ETag, or null where they are not all there or the multipart upload is gone.</summary>
    /// <param name="sent">Bytes to send; zeros after those in rows.</param>
    private async Task<string?> PutRowsAsync(
        Guid uploadId, Multipart multipart, int number, long size, long sent, CancellationToken cancellationToken)
    {
        using var spool = staging.NewSpool();
        if (!await staging.FetchRowsAsync(uploadId, (number - 1) * multipart.PartSize, size, spool, 0, cancellationToken))
        {
            return null;
        }

        if (sent > size)
        {
            spool.Write([0], sent - 1);
        }

        using var bytes = spool.Slice(0, sent);
        var body = await S3Body.OfAsync(bytes, cancellationToken);
        return await staging.Bucket.Multiparts.PutAsync(staging.KeyOf(uploadId), multipart.Id, number, body, cancellationToken);
    }
}
