using System.Buffers;

using TusUpload.Data.Content;

namespace TusUpload.Uploads.Content.S3;

/// <summary>
/// Takes bytes in order. A part that is full goes to the store while the next one fills, one at a time, so that a slow store slows its client; what
/// lies past the last full part goes to the database when it has to last. See <see cref="ContentMultiparts"/> for what holds when the process dies.
/// </summary>
internal sealed class S3Writer : IContentWriter
{
    private readonly S3Staging _staging;
    private readonly ContentLease _lease;
    private readonly OpenedMultipart? _opened;
    private readonly long _start;

    // Cutting a part and flushing exclude each other; writing into the part that fills goes on beside a flush.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _ending = new();

    private Multipart? _multipart;
    private long? _partSize;
    private int _parts;

    // The part that fills is [_partStart, _limit), and _end is how far it is filled.
    private long _partStart;
    private long _end;
    private long _limit;

    // Where an offset is about to be committed.
    private long _marked;

    // Rows have [_partStart, _kept); of these bytes so many are not in the spool, because another writer wrote them.
    private long _kept;
    private long _inRows;
    private Spool? _spool;

    // What the part that is on its way was, while it filled.
    private (long Start, long Kept, long InRows, long Limit) _sent;
    private Task _sending = Task.CompletedTask;

    /// <param name="opened">Null for the first writer of an upload.</param>
    public S3Writer(S3Staging staging, ContentLease lease, long offset, OpenedMultipart? opened)
    {
        (_staging, _lease, _opened, _start) = (staging, lease, opened, offset);
        (_multipart, _partSize, _parts) = (opened?.Multipart, opened?.Multipart?.PartSize, opened?.Parts ?? 0);
        _partStart = _parts * (_partSize ?? 0);
        _limit = _partSize is { } size ? _partStart + size : Math.Max(staging.PartSize, offset);
        (_end, _kept, _inRows) = (offset, offset, offset - _partStart);
    }

    public bool CanReadBack => false;

    public async ValueTask WriteAsync(ReadOnlySequence<byte> bytes, long position, CancellationToken cancellationToken)
    {
        if (position != _end)
        {
            throw new InvalidOperationException($"Bytes for {position} come where those for {_end} are next.");
        }

        try
        {
            await TakeAsync(bytes, cancellationToken);
        }
        catch (StorageFullException)
        {
            await TakeBackAsync(position);
            throw;
        }
    }

    public void Mark() => _marked = _end;

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        await _turn.WaitAsync(either.Token);
        try
        {
            await _sending;
            await KeepAsync(Volatile.Read(ref _end), either.Token);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            await _sending;
        }
        catch (Exception)
        {
            // Whoever flushed was told.
        }

        _spool?.Dispose();
        _ending.Dispose();
    }

    private async ValueTask TakeAsync(ReadOnlySequence<byte> bytes, CancellationToken cancellationToken)
    {
        foreach (var block in bytes)
        {
            for (var left = block; !left.IsEmpty;)
            {
                if (_end == _limit)
                {
                    await CutAsync(cancellationToken);
                }

                var piece = left[..(int)Math.Min(left.Length, _limit - _end)];
                (_spool ??= _staging.NewSpool()).Write(piece.Span, Place(_end));
                Volatile.Write(ref _end, _end + piece.Length);
                left = left[piece.Length..];
            }
        }

        if (_end == _limit)
        {
            await CutAsync(cancellationToken);
        }
    }

    /// <summary>
    /// There was no room for all of it: what came before these bytes may be committed all the same. A part that was cut off in their middle ends past that
    /// and will not count, so it is taken back: its bytes are in the spool still, and go into rows.
    /// </summary>
    private async ValueTask TakeBackAsync(long position)
    {
        await _turn.WaitAsync(CancellationToken.None);
        if (_partStart > position)
        {
            _parts--;
            (_partStart, _kept, _inRows, _limit) = _sent;
        }

        Volatile.Write(ref _end, position);
        _turn.Release();
    }

    /// <summary>The part is full: it goes on its way as soon as the one before has arrived.</summary>
    private async ValueTask CutAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
        await _turn.WaitAsync(either.Token);
        try
        {
            if (_partSize is not { } size)
            {
                // What lies in rows must be within one part; it is more than one where the setting has changed.
                var total = _opened?.TotalSize ?? await _staging.Multiparts.TotalSizeAsync(_lease.UploadId, either.Token);
                _partSize = size = Math.Max(_staging.PartSizeOf(total), _start + 1);
                _limit = size;
                if (_end < _limit)
                {
                    return;
                }
            }

            await _sending;
            if (_parts == S3Staging.MaxParts)
            {
                throw new StorageFullException($"An upload in an object store has at most {S3Staging.MaxParts} parts of {size} bytes.");
            }

            // A commit in the middle of a part needs the bytes before it in rows: what is sent cannot be read until all of it is there. Where an earlier
            // writer's bytes may still take this part's place, all of them stay in rows.
            var isContested = _parts < _opened?.SentParts;
            await KeepAsync(isContested ? _limit : _marked, either.Token);
            _sending = SendAsync(new(_parts + 1, isContested, Place(_partStart), _inRows, size));
            _sent = (_partStart, _kept, _inRows, _limit);
            _parts++;
            _partStart = _kept = _limit;
            _limit += size;
            _inRows = 0;
        }
        finally
        {
            _turn.Release();
        }
    }

    // Not on the caller's turn: hashing a part takes a while.
    private Task SendAsync(Part part) => Task.Run(() => SendNowAsync(part, _ending.Token), _ending.Token);

    private async Task SendNowAsync(Part part, CancellationToken token)
    {
        if (part.InRows > 0
            && !await _staging.FetchRowsAsync(_lease.UploadId, (part.Number - 1) * part.Size, part.InRows, _spool!, part.Place, token))
        {
            throw new FileNotFoundException("Acknowledged bytes are gone from the database.");
        }

        var multipart = await AnnounceAsync(part, token);
        using var bytes = _spool!.Slice(part.Place, part.Size);
        var body = await S3Body.OfAsync(bytes, token);
        var etag = await _staging.Bucket.Multiparts.PutAsync(_staging.KeyOf(_lease.UploadId), multipart.Id, part.Number, body, token)
            ?? throw new FileNotFoundException("The multipart upload is gone from the object store.");
        if (!await _staging.Multiparts.RecordAsync(
            _lease.UploadId, _lease.Node, _lease.Epoch, part.Number, etag, part.IsContested, token))
        {
            throw new ContentFencedException();
        }
    }

    // Before the first byte of it leaves: whoever comes next has to know that it may arrive.
    private async Task<Multipart> AnnounceAsync(Part part, CancellationToken token)
    {
        if (_multipart is null)
        {
            return _multipart = await _staging.BeginAsync(_lease, part.Size, token);
        }

        return part.IsContested || await _staging.Multiparts.SendingAsync(_lease.UploadId, _lease.Node, _lease.Epoch, part.Number, token)
            ? _multipart
            : throw new ContentFencedException();
    }

    private async Task KeepAsync(long end, CancellationToken cancellationToken)
    {
        if (_kept >= end)
        {
            return;
        }

        var row = ArrayPool<byte>.Shared.Rent((int)Math.Min(ContentRows.MaxBytes, end - _kept));
        try
        {
            while (_kept < end)
            {
                var length = _spool!.Read(row.AsSpan(0, (int)Math.Min(ContentRows.MaxBytes, end - _kept)), Place(_kept));
                if (!await _staging.Rows.InsertAsync(
                    _lease.UploadId, _lease.Node, _lease.Epoch, _kept, row.AsMemory(0, length), cancellationToken))
                {
                    throw new ContentFencedException();
                }

                _kept += length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(row);
        }
    }

    // Two places that take turns: one fills while the other is on its way.
    private long Place(long position) => (_parts % 2 * (_partSize ?? 0)) + position - _partStart;

    /// <param name="IsContested">An earlier writer began to send this number.</param>
    /// <param name="Place">Where it begins in the spool.</param>
    /// <param name="InRows">So many of its bytes, from its beginning, are in rows and not in the spool.</param>
    private sealed record Part(int Number, bool IsContested, long Place, long InRows, long Size);
}
