using System.Data.Common;

using Microsoft.Extensions.Options;

using TusUpload.Data.Sessions;
using TusUpload.Protocol;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Completion;
using TusUpload.Uploads.Content;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// Final uploads on their way to their last byte. Whoever commits the last byte of a part asks here, after the commit. Dying between the two
/// leaves a final whose parts are all complete, which the sweep finishes.
/// </summary>
internal sealed class UploadJoins(
    SessionJoins joins, IUploadContent content, CompletedUploads completed, IOptions<TusOptions> options, UploadLog log, TimeProvider time)
{
    private const int Page = 100;

    /// <summary>A final upload that was made just now; complete where its parts are.</summary>
    public UploadInfo Made(SessionState final)
    {
        log.Concatenated(final.Id, final.TotalSize);
        if (final.Status == SessionStatus.Received)
        {
            Tell(final);
        }

        return final.ToKnownInfo();
    }

    /// <summary>A final upload as the wire shows it, with its length as soon as that of every part is known.</summary>
    public async ValueTask<UploadInfo> ShowAsync(SessionState final, CancellationToken cancellationToken)
    {
        var info = final.ToKnownInfo();
        return info.Length is null ? info with { Length = await joins.LengthAsync(final.Id, cancellationToken) } : info;
    }

    /// <summary>Whether a part of that length leaves its final within the largest upload. A part without a final is no more than an upload.</summary>
    public async ValueTask<bool> FitsAsync(SessionState part, long length, CancellationToken cancellationToken) =>
        part.FinalId is not { } final || options.Value.MaxSize is not { } largest
        || await joins.OthersAsync(final, part.Id, cancellationToken) <= largest - length;

    /// <summary>A part as it stands after a commit: where it is complete now, its final may be.</summary>
    public async ValueTask PartCommittedAsync(SessionState part)
    {
        if (part is { FinalId: { } final } && part.UploadedSize == part.TotalSize)
        {
            await FinishAsync(final, CancellationToken.None);
        }
    }

    /// <summary>Finishes what a process that died left; how many. One that cannot be finished holds up no other.</summary>
    public async Task<int> FinishWaitingAsync(CancellationToken cancellationToken)
    {
        var finished = 0;
        foreach (var final in await joins.WaitingAsync(Page, cancellationToken))
        {
            try
            {
                finished += await FinishAsync(final, cancellationToken) ? 1 : 0;
            }
            catch (DbException trouble)
            {
                log.NotJoined(trouble, final);
            }
        }

        return finished;
    }

    /// <summary>Finishes a final upload where all of its parts are complete; false where they are not, or it is finished already.</summary>
    public async Task<bool> FinishAsync(Guid final, CancellationToken cancellationToken)
    {
        if (await joins.JoinAsync(final, time.GetUtcNow(), cancellationToken) is not { } received)
        {
            return false;
        }

        Tell(received);
        return true;
    }

    // Another node's disk may hold the bytes: its sweep makes the job then.
    private void Tell(SessionState final)
    {
        log.Received(final.Id, final.UploadedSize);
        if (final.ContentNode is null || final.ContentNode == content.Node)
        {
            completed.Tell(final.Id);
        }
    }
}
