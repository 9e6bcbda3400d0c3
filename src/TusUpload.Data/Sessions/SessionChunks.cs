using Npgsql;

namespace TusUpload.Data.Sessions;

/// <summary>The committed spans of an upload, a page at a time: nobody holds a connection while it reads the bytes between them.</summary>
public sealed class SessionChunks(NpgsqlDataSource database)
{
    private const string ReadSql = """
        SELECT chunk_index, chunk_offset, chunk_size, checksum FROM tus_upload.upload_chunks
         WHERE session_id = $1 AND chunk_index > $2 ORDER BY chunk_index LIMIT $3
        """;

    private const int PageSize = 1_000;

    /// <summary>All spans in the order in which they were committed.</summary>
    public async IAsyncEnumerable<CommittedSpan> ReadAsync(
        Guid id, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = -1;
        List<CommittedSpan> page;
        do
        {
            (page, last) = await ReadPageAsync(id, last, cancellationToken);
            foreach (var span in page)
            {
                yield return span;
            }
        }
        while (page.Count == PageSize);
    }

    /// <summary>All spans of a whole that is made of several uploads, where they are in the whole.</summary>
    public async IAsyncEnumerable<CommittedSpan> ReadAsync(
        IReadOnlyList<UploadPart> parts, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var start = 0L;
        foreach (var part in parts)
        {
            await foreach (var span in ReadAsync(part.Id, cancellationToken))
            {
                yield return span with { Start = start + span.Start, End = start + span.End };
            }

            start += part.Size;
        }
    }

    private async Task<(List<CommittedSpan> Page, int Last)> ReadPageAsync(Guid id, int after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ReadSql);
        command.With(id).With(after).With(PageSize);
        var page = new List<CommittedSpan>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            after = row.GetInt32(0);
            var start = row.GetInt64(1);
            page.Add(new(start, start + row.GetInt64(2), row.GetFieldValue<byte[]>(3)));
        }

        return (page, after);
    }
}
