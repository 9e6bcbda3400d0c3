using Microsoft.Extensions.Options;

using TusUpload.Data.Sessions;
using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Checksums;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Completion;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Expiry;
using TusUpload.Uploads.Leases;
using TusUpload.Uploads.Rules;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// A body into an upload whose lease is held, up to the commit that lets the lease go. Whatever ends the body, what arrived is kept: dying before the
/// commit loses only what no answer has told of; dying after it loses only the answer, and the client's HEAD finds the offset.
/// </summary>
internal sealed class UploadReceive(
    SessionCommits commits,
    SessionLengths lengths,
    SessionLeases leases,
    IUploadContent content,
    RunningDigests digests,
    UploadReceiveServices services)
{
    /// <summary>The node that leases are taken for.</summary>
    public LocalNode Node => services.Node;

    /// <param name="told">See <see cref="AppendRequest.Length"/>.</param>
    public async Task<TusResult<UploadInfo>> ReceiveAsync(
        SessionState lease, Writers.Writer writer, TusBody body, bool finishes, long? told = null)
    {
        var over = await services.Limits.NarrowAsync(lease, body, told, CancellationToken.None);
        if (RefuseAtOnce(lease, body, told, over) is { } early)
        {
            await leases.ReleaseAsync(lease.Id, lease.LeaseNode!.Value, lease.LeaseEpoch, CancellationToken.None);
            return early;
        }

        var live = services.Spans.Live.Begin(lease.Id, lease.UserId, lease.UploadedSize, lease.TotalSize, lease.IsPartial, lease.UploaderId);
        writer.Live = live;
        var digest = TakeDigest(lease, body);
        FirstBytes? first = null;
        try
        {
            first = await services.Inspection.OfKnownAsync(lease, CancellationToken.None);
            var (result, isKept) = await WriteAsync(lease, body, writer, new(digest, first, over, told, finishes));
            var goesOn = isKept && result is { Value.IsComplete: false } && digest?.Position == result.Value.Value!.Offset;
            digest = goesOn ? Keep(lease.Id, digest!) : digest;
            return result ?? await services.Inspection.EndAsync(lease, first!);
        }
        catch (StorageFullException)
        {
            // The disk took the bytes and could not keep them: what was committed before stands, and nothing after it.
            await leases.ReleaseAsync(lease.Id, lease.LeaseNode!.Value, lease.LeaseEpoch, CancellationToken.None);
            return TusError.StorageFull;
        }
        catch (ContentUnavailableException trouble)
        {
            services.Log.ContentAway(lease.Id, trouble.Message);
            await leases.ReleaseAsync(lease.Id, lease.LeaseNode!.Value, lease.LeaseEpoch, CancellationToken.None);
            return TusError.Unavailable;
        }
        catch (ContentFencedException)
        {
            services.Log.Fenced(lease.Id, lease.LeaseEpoch);
            return TusError.Locked;
        }
        finally
        {
            services.Spans.Live.End(live);
            first?.Dispose();
            digest?.Dispose();
        }
    }

    private static TusError? RefuseAtOnce(SessionState lease, TusBody body, long? told, TusError over) => told switch
    {
        { } length when lease.TotalSize is { } known && known != length => TusError.LengthAlreadySet,
        { } length when length < lease.UploadedSize => TusError.LengthBelowOffset,
        _ => body.Length > body.Limit ? over : null,
    };

    /// <summary>
    /// The body's way into the content and to the commit. No result where the first bytes may not be kept: then nothing is written any
    /// more, and what was committed is still there.
    /// </summary>
    private async Task<(TusResult<UploadInfo>? Result, bool IsKept)> WriteAsync(
        SessionState lease, TusBody body, Writers.Writer writer, Receiving receiving)
    {
        await using var file = await content.OpenWriterAsync(
            new(lease.Id, lease.LeaseNode, lease.LeaseEpoch), lease.UploadedSize, CancellationToken.None);
        using var spans = new SpanWriter(lease, file, receiving.Digest, writer, body.Checksum, services.Spans) { First = receiving.First };
        var refusal = await TakeAsync(lease, spans, body) ?? (body.End == BodyEnd.TooLong ? receiving.Over : null);
        var passes = await spans.PassesAsync(body, content);
        if (passes && spans.IsUnfit(lease.TotalSize ?? receiving.Told))
        {
            await spans.FinishAsync(keep: false);
            return (null, false);
        }

        if (passes && lease.TotalSize is null && receiving.Told is { } length)
        {
            refusal = await TellAsync(lease, length);
            (lease, passes) = refusal is null ? (lease with { TotalSize = length }, true) : (lease, false);
        }

        return (await CommitAsync(lease, spans, body, refusal, passes, receiving.Finishes && passes), passes);
    }

    /// <summary>
    /// SHA-256 over every byte costs more than all else that this process does with it, so it is made once here: a later piece that has its own
    /// leaves the whole's to verify, which reads the file anyway.
    /// </summary>
    private RunningDigest? TakeDigest(SessionState lease, TusBody body)
    {
        if (lease.UploadedSize > 0 && body.Checksum?.Algorithm == ChecksumAlgorithms.Sha256)
        {
            digests.Drop(lease.Id);
            return null;
        }

        return lease.IsPartial ? null : digests.Take(lease.Id, lease.UploadedSize);
    }

    private async Task<TusError?> TakeAsync(SessionState lease, SpanWriter spans, TusBody body)
    {
        TusError? refusal = null;
        var reserved = lease.ReservedSize;
        try
        {
            await spans.TakeAsync(body, lease.TotalSize is null ? MakeRoomAsync : null);
        }
        catch (StorageFullException)
        {
            refusal = TusError.StorageFull;
        }

        return refusal;

        // Of an upload of unknown length: holds ahead of the bytes, and exactly what is needed where there is no more.
        async ValueTask<bool> MakeRoomAsync(long needed)
        {
            if (needed <= reserved)
            {
                return true;
            }

            foreach (var size in new[] { needed + services.Spans.Options.Value.ReservationStep, needed })
            {
                var grown = await lengths.GrowAsync(lease, size, services.Spans.Time.GetUtcNow(), CancellationToken.None);
                if (grown.Made)
                {
                    (reserved, refusal) = (size, null);
                    return true;
                }

                refusal = grown.Found ? AdmissionErrors.For(grown, lease.UploaderId, size - reserved) : TusError.Locked;
            }

            return false;
        }
    }

    private async Task<TusResult<UploadInfo>> CommitAsync(
        SessionState lease, SpanWriter spans, TusBody body, TusError? refusal, bool passes, bool finishes)
    {
        // A body that is too long is refused whole, as far as it is not committed yet.
        var end = body.End;
        if (await spans.FinishAsync(keep: passes && end != BodyEnd.TooLong) is not { } span)
        {
            return TusError.Locked;
        }

        var isLast = finishes && !lease.IsPartial && lease.TotalSize == span.End;
        var digest = isLast && spans.Digest is { } seen && seen.Position == span.End ? seen.Finish() : null;
        var now = services.Spans.Time.GetUtcNow();

        // Not the request's token: the client may be gone. A commit that this limit cut off may have happened; HEAD will tell.
        using var limit = new CancellationTokenSource(services.Spans.Options.Value.SaveTimeout, services.Spans.Time);
        var state = await commits.CommitAsync(
            lease, span, digest, finishes, now, now + services.Expiry.Value.ExpiresAfter, limit.Token);
        if (state is null)
        {
            services.Log.Fenced(lease.Id, lease.LeaseEpoch);
            return TusError.Locked;
        }

        if (state.Status == SessionStatus.Received)
        {
            services.Log.Received(state.Id, span.End);
            services.Completed.Tell(state.Id, span.End);
        }
        else
        {
            services.Log.Appended(state.Id, lease.UploadedSize, span.End, end);
            if (await services.Joins.PartCommittedAsync(state) is { } unfit)
            {
                return unfit;
            }
        }

        var info = state.ToInfo(now).Value is { } known ? known with { Sha256 = digest, IsNewlyComplete = known.IsComplete } : null;
        return new(info, info is { IsComplete: true } ? null : refusal ?? body.Checksum?.Refusal ?? StatusPolicy.ForBody(end));
    }

    /// <summary>Fixes a length that was told with the bytes; the commit that follows completes the upload where they were the last.</summary>
    private async Task<TusError?> TellAsync(SessionState lease, long length)
    {
        var limit = await services.Limits.OfAsync(lease, CancellationToken.None);
        if (limit.Check(length) is { } tooLarge)
        {
            return tooLarge;
        }

        var told = await lengths.DeclareAsync(lease, length, limit.Most, services.Spans.Time.GetUtcNow(), CancellationToken.None);
        return told.Made ? null : limit.Explain(told, lease, length);
    }

    private RunningDigest? Keep(Guid id, RunningDigest digest)
    {
        digests.Keep(id, digest);
        return null;
    }
}

/// <summary>What a body brings on its way.</summary>
/// <param name="Over">What bytes past its limit are refused with.</param>
internal sealed record Receiving(RunningDigest? Digest, FirstBytes? First, TusError Over, long? Told, bool Finishes);

/// <summary>What every receiving request needs.</summary>
internal sealed record UploadReceiveServices(
    LocalNode Node,
    SpanWriterServices Spans,
    CompletedUploads Completed,
    UploadJoins Joins,
    UploadLimits Limits,
    UploadInspection Inspection,
    IOptions<ExpiryOptions> Expiry,
    UploadLog Log);
