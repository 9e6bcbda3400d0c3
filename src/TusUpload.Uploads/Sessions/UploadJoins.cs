using System.Data.Common;

using TusUpload.Data.Sessions;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Completion;
using TusUpload.Uploads.Content;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// Final uploads on their way to their last byte. Whoever commits the last byte of a part asks here, after the commit. Dying between the two
/// leaves a final whose parts are all complete, which the sweep finishes.
/// </summary>
internal sealed class UploadJoins(
    SessionJoins joins, IUploadContent content, CompletedUploads completed, UploadInspection inspection, UploadLog log, TimeProvider time)
{
    private const int Page = 100;

    /// <summary>A final upload that was made just now; complete where its parts are, or refused for what they hold.</summary>
    public async ValueTask<TusResult<UploadInfo>> MadeAsync(SessionState final, CancellationToken cancellationToken)
    {
        log.Concatenated(final.Id, final.TotalSize);
        if (final.Status == SessionStatus.Received)
        {
            Tell(final);
        }

        return await ShowAsync(final, cancellationToken);
    }

    /// <summary>
    /// A final upload as the wire shows it, with its length as soon as that of every part is known. Where its parts are complete and
    /// nobody has said so, because somebody died, it is finished first.
    /// </summary>
    public async ValueTask<TusResult<UploadInfo>> ShowAsync(SessionState final, CancellationToken cancellationToken)
    {
        if (final.Status == SessionStatus.Receiving)
        {
            var (received, refusal) = await FinishAsync(final.Id, CancellationToken.None);
            if (refusal is not null)
            {
                return refusal;
            }

            final = received ?? final;
        }

        var info = final.ToKnownInfo();
        return info.Length is null ? info with { Length = await joins.LengthAsync(final.Id, cancellationToken) } : info;
    }

    /// <summary>A part as it stands after a commit: where it is complete now, its final may be. Why it was refused, where it was.</summary>
    public async ValueTask<TusError?> PartCommittedAsync(SessionState part) =>
        part is { FinalId: { } final } && part.UploadedSize == part.TotalSize
            ? (await FinishAsync(final, CancellationToken.None)).Refusal
            : null;

    /// <summary>Finishes what a process that died left; how many. One that cannot be finished holds up no other.</summary>
    public async Task<int> FinishWaitingAsync(CancellationToken cancellationToken)
    {
        var finished = 0;
        foreach (var final in await joins.WaitingAsync(Page, cancellationToken))
        {
            try
            {
                finished += (await FinishAsync(final, cancellationToken)).Received is not null ? 1 : 0;
            }
            catch (Exception trouble) when (trouble is DbException or ContentUnavailableException)
            {
                log.NotJoined(trouble, final);
            }
        }

        return finished;
    }

    /// <summary>
    /// Finishes a final upload where all of its parts are complete and its first bytes may be kept; else ends it with them. Nothing where
    /// they are not complete, where it is finished already, and where its first bytes lie on another node's disk: that node's sweep
    /// finishes it.
    /// </summary>
    public async Task<(SessionState? Received, TusError? Refusal)> FinishAsync(Guid final, CancellationToken cancellationToken)
    {
        if (await joins.FindWholeAsync(final, cancellationToken) is not { } whole)
        {
            return default;
        }

        if (await inspection.LooksAtAsync(whole.WorkspaceId, whole.LinkId, whole.ContentType, cancellationToken))
        {
            if (whole.ContentNode is not null && whole.ContentNode != content.Node)
            {
                return default;
            }

            if (await inspection.JudgeAsync(whole, cancellationToken) is { } refusal)
            {
                return (null, refusal);
            }
        }

        if (await joins.JoinAsync(final, time.GetUtcNow(), cancellationToken) is not { } received)
        {
            return default;
        }

        Tell(received);
        return (received, null);
    }

    // Another node's disk may hold the bytes: its sweep makes the job then.
    private void Tell(SessionState final)
    {
        log.Received(final.Id, final.UploadedSize);
        if (final.ContentNode is null || final.ContentNode == content.Node)
        {
            completed.Tell(final.Id, final.UploadedSize);
        }
    }
}
