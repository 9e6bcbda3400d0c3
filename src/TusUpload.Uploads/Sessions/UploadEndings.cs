using TusUpload.Data.Sessions;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Leases;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// Ends uploads before their last byte, for whatever reason. First the rows, then the bytes: dying in between leaves bytes that the sweep
/// finds. Ended twice, the second finds nothing.
/// </summary>
internal sealed class UploadEndings(
    SessionEndings endings, IUploadContent content, TakeOvers takeOvers, RunningDigests digests, UploadLog log, TimeProvider time)
{
    /// <summary>Ends one upload; null where it is not there, has ended, is complete or is of a family.</summary>
    public async Task<SessionState?> EndAsync(Guid uploadId, string uploaderId, CancellationToken cancellationToken)
    {
        if (await endings.TerminateAsync(uploadId, uploaderId, time.GetUtcNow(), cancellationToken) is not { } ended)
        {
            return null;
        }

        await FollowAsync([ended]);
        return ended;
    }

    /// <summary>
    /// A final upload and its parts end together: without one of them nothing can be made of the others. A request that still writes to
    /// one is held back at its commit. Empty where there is no such final.
    /// </summary>
    public async Task<IReadOnlyList<SessionState>> EndFamilyAsync(Guid finalId, string uploaderId, CancellationToken cancellationToken)
    {
        var ended = await endings.TerminateFinalAsync(finalId, uploaderId, time.GetUtcNow(), cancellationToken);
        await FollowAsync(ended);
        return ended;
    }

    private async Task FollowAsync(IReadOnlyList<SessionState> ended)
    {
        foreach (var one in ended)
        {
            // Its writer on another node would read on until its next commit. Dying before it is told costs no more than that.
            await takeOvers.TellAsync(one, CancellationToken.None);
            digests.Drop(one.Id);
            log.Terminated(one.Id, one.UploadedSize);
        }

        // Bytes on another node's disk are its sweep's, and so are those that cannot be removed now.
        var gone = new List<Guid>();
        foreach (var one in ended.Where(one => one.ContentNode is null || one.ContentNode == content.Node))
        {
            try
            {
                await content.DeleteAsync(one.Id, CancellationToken.None);
                gone.Add(one.Id);
            }
            catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
            {
                log.NotRemoved(one.Id, trouble.Message);
            }
        }

        await endings.MarkRemovedAsync([.. gone], CancellationToken.None);
    }
}
