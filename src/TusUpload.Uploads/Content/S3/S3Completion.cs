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
            && await WithTailAsync(uploadId, multipart, etags, length, cancellationToken) is { } all)
        {
            await TryCompleteAsync(key, multipart, all, length, cancellationToken);
        }

        // Whatever it answered: what counts is that the object is there.
        if (await staging.Bucket.LengthAsync(key, cancellationToken) != length)
        {
            return false;
        }

        await staging.Multiparts.CompletedAsync(uploadId, multipart.Id, cancellationToken);
        return true;
    }

    // Stores may refuse while another node does the same.
    private async Task TryCompleteAsync(string key, Multipart multipart, string[] etags, long length, CancellationToken cancellationToken)
    {
        try
        {
            await staging.Bucket.Multiparts.CompleteAsync(key, multipart.Id, etags, cancellationToken);
        }
        catch (ContentUnavailableException)
        {
            if (await staging.Bucket.LengthAsync(key, cancellationToken) != length)
            {
                throw;
            }
        }
    }

    /// <summary>The parts and, as the last one, the tail; null when the tail or the multipart upload is gone.</summary>
    private async Task<string[]?> WithTailAsync(
        Guid uploadId, Multipart multipart, string[] etags, long length, CancellationToken cancellationToken)
    {
        var start = etags.Length * multipart.PartSize;
        if (start == length)
        {
            return etags;
        }

        using var spool = staging.NewSpool();
        if (!await staging.FetchRowsAsync(uploadId, start, length - start, spool, 0, cancellationToken))
        {
            return null;
        }

        using var tail = spool.Slice(0, length - start);
        var body = await S3Body.OfAsync(tail, cancellationToken);
        var etag = await staging.Bucket.Multiparts.PutAsync(staging.KeyOf(uploadId), multipart.Id, etags.Length + 1, body, cancellationToken);
        return etag is null ? null : [.. etags, etag];
    }
}
