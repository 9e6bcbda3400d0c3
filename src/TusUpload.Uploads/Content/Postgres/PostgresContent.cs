using System.Runtime.CompilerServices;

using TusUpload.Data.Content;

namespace TusUpload.Uploads.Content.Postgres;

/// <summary>
/// Rows of at most 1 MiB in the database: any node goes on with any upload, and nothing but Postgres is needed. What a commit promises is what
/// Postgres promises, whatever <c>Content:Durability</c> says.
/// </summary>
internal sealed class PostgresContent(ContentRows rows, ContentHandOver handOver) : IUploadContent
{
    private const int Page = 500;

    public string Kind => ContentOptions.Postgres;

    public Guid? Node => null;

    /// <summary>Nothing: a database cannot set room aside.</summary>
    public ValueTask ReserveAsync(Guid uploadId, long length, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask<IContentWriter> OpenWriterAsync(ContentLease lease, long offset, CancellationToken cancellationToken)
    {
        // Of an upload that no row knows nothing was written before.
        if (lease.Node is not null)
        {
            var reached = await handOver.OpenAsync(lease.UploadId, lease.Node, lease.Epoch, offset, cancellationToken)
                ?? throw new ContentFencedException();
            if (reached < offset)
            {
                throw new FileNotFoundException("Acknowledged bytes are gone from the database.");
            }
        }

        return new PostgresWriter(rows, lease, offset);
    }

    public ValueTask<Stream> OpenReadAsync(Guid uploadId, long length, CancellationToken cancellationToken) =>
        length == 0 ? new(Stream.Null) : RowsStream.OpenAsync(rows, uploadId, length, cancellationToken);

    public ValueTask DeleteAsync(Guid uploadId, CancellationToken cancellationToken) => new(rows.DeleteAsync(uploadId, cancellationToken));

    /// <summary>By the age of their ids: rows have no time of their own.</summary>
    public async IAsyncEnumerable<Guid> ListAsync(DateTimeOffset unchangedSince, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var before = UploadAge.FirstId(unchangedSince);
        List<Guid> page;
        for (var after = Guid.Empty; ; after = page[^1])
        {
            page = await rows.ListAsync(after, before, Page, cancellationToken);
            foreach (var id in page)
            {
                yield return id;
            }

            if (page.Count < Page)
            {
                yield break;
            }
        }
    }
}
