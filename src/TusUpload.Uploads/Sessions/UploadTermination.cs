using TusUpload.Data.Sessions;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Leases;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// DELETE: ends an upload before its last byte. First the row, then the bytes: dying in between leaves bytes that the sweep finds.
/// </summary>
internal sealed class UploadTermination(
    Writers writers, SessionEndings endings, SessionLeases leases, IUploadContent content, UploadTerminationServices services)
{
    public async Task<TusResult<UploadInfo>> TerminateAsync(Guid uploadId, string uploaderId, CancellationToken cancellationToken)
    {
        var (writer, refusal) = await writers.EnterAsync(uploadId, uploaderId, body: null, offset: null);
        using var entered = writer;
        if (writer is null)
        {
            return refusal!;
        }

        var now = services.Time.GetUtcNow();
        if (await endings.TerminateAsync(uploadId, uploaderId, now, cancellationToken) is not { } ended)
        {
            var state = await leases.FindAsync(uploadId, uploaderId, cancellationToken);
            return state.ToInfo(now) switch
            {
                { Value: null } missing => missing,
                { Value: { } known } when state is { Status: SessionStatus.Receiving } && (state.IsFinal || state.FinalId is not null) =>
                    await EndFamilyAsync(state.FinalId ?? state.Id, uploaderId, known, now),
                _ => TusError.Completed,
            };
        }

        // Its writer on another node would read on until its next commit. Dying before it is told costs no more than that.
        await services.TakeOvers.TellAsync(ended, CancellationToken.None);
        services.Digests.Drop(uploadId);
        services.Log.Terminated(uploadId, ended.UploadedSize);
        await RemoveAsync([ended]);
        return new UploadInfo(ended.Id, ended.UploadedSize, ended.TotalSize, ended.Metadata, null);
    }

    // A final upload and its parts end together: without one of them nothing can be made of the others. A request that still writes to one is held
    // back at its commit.
    private async Task<TusResult<UploadInfo>> EndFamilyAsync(Guid finalId, string uploaderId, UploadInfo known, DateTimeOffset now)
    {
        var ended = await endings.TerminateFinalAsync(finalId, uploaderId, now, CancellationToken.None);
        if (ended.Count == 0)
        {
            return TusError.Locked;
        }

        foreach (var one in ended)
        {
            await services.TakeOvers.TellAsync(one, CancellationToken.None);
            services.Log.Terminated(one.Id, one.UploadedSize);
        }

        await RemoveAsync(ended);
        return known;
    }

    // Bytes on another node's disk are its sweep's.
    private async Task RemoveAsync(IReadOnlyList<SessionState> ended)
    {
        Guid[] here = [.. ended.Where(one => one.ContentNode is null || one.ContentNode == content.Node).Select(one => one.Id)];
        foreach (var id in here)
        {
            await content.DeleteAsync(id, CancellationToken.None);
        }

        await endings.MarkRemovedAsync(here, CancellationToken.None);
    }
}

internal sealed record UploadTerminationServices(TakeOvers TakeOvers, RunningDigests Digests, UploadLog Log, TimeProvider Time);
