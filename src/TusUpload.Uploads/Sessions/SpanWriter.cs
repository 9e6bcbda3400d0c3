using System.Buffers;
using System.IO.Hashing;

using Microsoft.Extensions.Options;

using TusUpload.Data.Sessions;
using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Checksums;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Expiry;
using TusUpload.Uploads.Leases;
using TusUpload.Uploads.Progress;
using TusUpload.Uploads.Rules;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// Takes a body into the content of an upload whose lease is held, and keeps account: how far it is, what is committed, the checksum of what
/// is not.
/// </summary>
internal sealed class SpanWriter : IDisposable
{
    private readonly XxHash128 _checksum = new();
    private readonly SessionState _lease;
    private readonly IContentWriter _content;
    private readonly RunningDigest? _digest;
    private readonly Writers.Writer _writer;
    private readonly LiveUpload _live;
    private readonly SpanWriterServices _services;
    private readonly BodyCheck _check;
    private Checkpoint? _pending;
    private long _committed;
    private long _cut;
    private long _cutAt;
    private long _touchedAt;

    public SpanWriter(
        SessionState lease, IContentWriter content, RunningDigest? digest, Writers.Writer writer, BodyChecksum? checksum, SpanWriterServices services)
    {
        (_lease, _content, _digest, _writer, _live, _services) = (lease, content, digest, writer, writer.Live!, services);
        _check = new(checksum, _checksum, lease.UploadedSize == 0 ? digest : null, content.CanReadBack);
        _committed = _cut = Offset = lease.UploadedSize;
        _cutAt = _touchedAt = services.Time.GetTimestamp();
    }

    /// <summary>Bytes written; not all of them committed.</summary>
    public long Offset { get; private set; }

    /// <summary>Null where the bytes were not all seen in order.</summary>
    public RunningDigest? Digest => _digest;

    /// <summary>What has to be looked at before it is written; null where nothing has.</summary>
    public FirstBytes? First { get; init; }

    /// <summary>
    /// Reads until the body ends, see <see cref="TusBody.End"/>. Throws <see cref="StorageFullException"/>; what was written before is kept and
    /// can be committed.
    /// </summary>
    /// <remarks>Where the node's life ended the body ends as taken over; what was written before it is still committed unless somebody took over.</remarks>
    /// <param name="makeRoom">Called before bytes past the reservation are taken; false ends the body.</param>
    public async Task TakeAsync(TusBody body, Func<long, ValueTask<bool>>? makeRoom)
    {
        while (await body.ReadAsync() is { IsEmpty: false } bytes)
        {
            var (taken, now) = (bytes.Slice(0, 0), _services.Time.GetTimestamp());
            try
            {
                // A process that was stopped for longer than its leases live, and goes on, leaves what may be another's by now alone.
                if (!_writer.MayWrite(now))
                {
                    body.Stop(BodyEnd.TakenOver);
                    return;
                }

                if (makeRoom is not null)
                {
                    if (!await makeRoom(Offset + bytes.Length))
                    {
                        return;
                    }

                    if (!_writer.MayWrite(_services.Time.GetTimestamp()))
                    {
                        body.Stop(BodyEnd.TakenOver);
                        return;
                    }
                }

                // Whether bytes that are to be checked are these is known at their end.
                if (First?.Take(bytes) == false && !_check.IsNeeded)
                {
                    return;
                }

                // No token: the client may hang up now, and what has arrived is kept.
                await _content.WriteAsync(bytes, Offset, CancellationToken.None);
                Account(bytes);
                taken = bytes;
            }
            finally
            {
                body.Advance(taken);
            }

            if (!TryCut(now))
            {
                body.Stop(BodyEnd.TakenOver);
            }

            if (_check.IsNeeded)
            {
                await TouchAsync();
            }
        }
    }

    /// <summary>A body that is not committed before its end must not expire while it arrives.</summary>
    private async ValueTask TouchAsync()
    {
        var (expiry, time) = (_services.Expiry.Value.ExpiresAfter, _services.Time);
        if (time.GetElapsedTime(_touchedAt) >= expiry / 4)
        {
            _touchedAt = time.GetTimestamp();
            var now = time.GetUtcNow();
            await _services.Leases.TouchAsync(_lease, now, now + expiry, CancellationToken.None);
        }
    }

    /// <inheritdoc cref="BodyCheck.PassesAsync"/>
    public ValueTask<bool> PassesAsync(TusBody body, IUploadContent content) =>
        _check.PassesAsync(body, content, _lease.Id, _lease.UploadedSize);

    /// <summary>Whether the upload's first bytes may not be kept; where it has no more than these, they are judged now.</summary>
    /// <param name="total">Null while it is not known.</param>
    public bool IsUnfit(long? total) => First is { } first && (Offset == total ? first.End() : first.Refusal) is not null;

    public void Dispose() => _check.Dispose();

    /// <summary>
    /// Makes everything durable and gives the span that is still to be committed; null when the upload is another's now. Bytes after the last
    /// checkpoint are dropped when <paramref name="keep"/> is false. Throws where the database does not answer: then nothing more is acknowledged.
    /// </summary>
    public async Task<CommittedSpan?> FinishAsync(bool keep)
    {
        if (_pending is not null)
        {
            if (!await _pending.Done.WaitAsync(_services.Options.Value.SaveTimeout, _services.Time))
            {
                return null;
            }

            _committed = _pending.Span.End;
            _pending = null;
        }

        if (!keep || Offset == _committed)
        {
            return new(_committed, _committed, []);
        }

        await _content.FlushAsync(CancellationToken.None);
        return new(_committed, Offset, _checksum.GetHashAndReset());
    }

    private void Account(ReadOnlySequence<byte> bytes)
    {
        foreach (var block in bytes)
        {
            _checksum.Append(block.Span);
            _digest?.Append(block.Span);
            _check.Append(block.Span);
        }

        Offset += bytes.Length;
        _live.Received(bytes.Length);
    }

    /// <summary>Hands what was written since the last cut to the checkpoints when it is time; false when the last one was fenced or failed.</summary>
    private bool TryCut(long now)
    {
        if (_pending is { Done.IsFaulted: true })
        {
            return false;
        }

        if (_pending is { Done.IsCompletedSuccessfully: true })
        {
            // Completed, so nothing waits.
            if (!_pending.Done.GetAwaiter().GetResult())
            {
                return false;
            }

            _committed = _pending.Span.End;
            _pending = null;
        }

        var options = _services.Options.Value;
        var due = Offset - _cut >= options.CheckpointBytes || _services.Time.GetElapsedTime(_cutAt, now) >= options.CheckpointInterval;

        // Not a body that is still to be checked: whoever dies in the middle of it must have kept nothing of it.
        // Not the last byte: that it was the last is said in one statement with the file and its event, by the commit alone.
        if (_pending is null && due && !_check.IsNeeded && Offset > _cut && Offset != _lease.TotalSize)
        {
            _pending = new(_lease, new(_cut, Offset, _checksum.GetHashAndReset()), _content);
            _content.Mark();
            _services.Checkpoints.Add(_pending);
            _cut = Offset;
            _cutAt = now;
        }

        return true;
    }
}

/// <summary>What every writer needs.</summary>
internal sealed record SpanWriterServices(
    Checkpoints Checkpoints, SessionLeases Leases, LiveUploads Live, IOptions<SessionOptions> Options, IOptions<ExpiryOptions> Expiry, TimeProvider Time);
