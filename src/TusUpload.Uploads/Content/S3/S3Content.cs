using System.Runtime.CompilerServices;

namespace TusUpload.Uploads.Content.S3;

/// <summary>
/// Uploads in a staging bucket: whole parts in the store, the tail in the database, so that any node goes on with any upload and none takes
/// acknowledged bytes with it. An upload smaller than a part never touches the store.
/// </summary>
internal sealed class S3Content(S3Staging staging, S3Completion completion, S3Sweep sweep) : IUploadContent, IObjectContent, IContentCheck, IContentSweep
{
    private const int Page = 500;

    public string Kind => ContentOptions.S3;

    public Guid? Node => null;

    /// <summary>A store has no room to set aside; what it cannot take at all is refused.</summary>
    public ValueTask ReserveAsync(Guid uploadId, long length, CancellationToken cancellationToken) => length <= S3Staging.MaxObject
        ? ValueTask.CompletedTask
        : throw new StorageFullException($"An object has at most {S3Staging.MaxObject} bytes.");

    public async ValueTask<IContentWriter> OpenWriterAsync(ContentLease lease, long offset, CancellationToken cancellationToken)
    {
        // The first of its writers finds nothing.
        if (offset == 0 && lease.Epoch <= 1)
        {
            return new S3Writer(staging, lease, 0, null);
        }

        var opened = await staging.Multiparts.OpenAsync(lease.UploadId, lease.Node, lease.Epoch, offset, cancellationToken)
            ?? throw new ContentFencedException();
        return (opened.Parts * (opened.Multipart?.PartSize ?? 0)) + opened.RowBytes == offset
            ? new S3Writer(staging, lease, offset, opened)
            : throw new FileNotFoundException("Acknowledged bytes are gone.");
    }

    public ValueTask<Stream> OpenReadAsync(Guid uploadId, long length, CancellationToken cancellationToken) =>
        completion.OpenAsync(uploadId, length, cancellationToken);

    /// <summary>They are less than a part, so they are in rows: parts that were sent and are not committed are left alone.</summary>
    public ValueTask<Stream> OpenFirstAsync(Guid uploadId, long length, CancellationToken cancellationToken) =>
        RowsStream.OpenAsync(staging.Rows, uploadId, length, cancellationToken);

    public async ValueTask<string?> KeepAsync(Guid uploadId, long length, string serviceUrl, string bucket, CancellationToken cancellationToken)
    {
        var key = staging.KeyOf(uploadId);
        return staging.IsAt(serviceUrl, bucket)
            && await staging.Multiparts.FindAsync(uploadId, length, cancellationToken) is { Multipart.IsCompleted: true }
            && await staging.Bucket.LengthAsync(key, cancellationToken) == length
            && await staging.Multiparts.KeepAsync(uploadId, cancellationToken)
                ? key
                : null;
    }

    /// <summary>The store first, what is known of it last: dying in between leaves an upload that is listed, and is removed again.</summary>
    public async ValueTask DeleteAsync(Guid uploadId, CancellationToken cancellationToken)
    {
        if (await staging.Multiparts.FindAsync(uploadId, 0, cancellationToken) is { Multipart.IsKept: false } found)
        {
            // Both, in this order: it may be completed at this moment.
            var key = staging.KeyOf(uploadId);
            await staging.Bucket.Multiparts.AbortAsync(key, found.Multipart.Id, cancellationToken);
            await staging.Bucket.DeleteAsync(key, cancellationToken);
        }

        await staging.Rows.DeleteAsync(uploadId, cancellationToken);
        await staging.Multiparts.ForgetAsync(uploadId, cancellationToken);
    }

    /// <summary>By the age of their ids: when the last byte of one was written is its session's to know.</summary>
    public async IAsyncEnumerable<Guid> ListAsync(DateTimeOffset unchangedSince, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var before = UploadAge.FirstId(unchangedSince);
        List<Guid> page;
        for (var after = Guid.Empty; ; after = page[^1])
        {
            page = await staging.Multiparts.ListAsync(after, before, Page, cancellationToken);
            foreach (var id in page)
            {
                yield return id;
            }

            if (page.Count < Page)
            {
                break;
            }
        }

        for (var after = Guid.Empty; ; after = page[^1])
        {
            page = await staging.Rows.ListAsync(after, before, Page, cancellationToken);
            var listed = await staging.Multiparts.KnownAsync([.. page], cancellationToken);
            foreach (var id in page.Where(id => !listed.ContainsKey(id)))
            {
                yield return id;
            }

            if (page.Count < Page)
            {
                break;
            }
        }
    }

    /// <inheritdoc cref="S3Staging.BelongTo"/>
    public void BelongTo(string store) => staging.BelongTo(store);

    public Task CheckAsync(CancellationToken cancellationToken) => staging.CheckAsync(cancellationToken);

    public Task<SweptContent> SweepAsync(DateTimeOffset olderThan, bool removeWhole, CancellationToken cancellationToken) =>
        sweep.RunOnceAsync(olderThan, removeWhole, cancellationToken);
}
