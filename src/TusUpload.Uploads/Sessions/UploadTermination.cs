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
    public async Task<TusResult<UploadInfo>> TerminateAsync(Guid uploadId, string userId, CancellationToken cancellationToken)
    {
        var (writer, refusal) = await writers.EnterAsync(uploadId, userId, body: null, offset: null);
        using var entered = writer;
        if (writer is null)
        {
            return refusal!;
        }

        var now = services.Time.GetUtcNow();
        if (await endings.TerminateAsync(uploadId, userId, now, cancellationToken) is not { } ended)
        {
            var info = (await leases.FindAsync(uploadId, userId, cancellationToken)).ToInfo(now);
            return info.Value is null ? info : TusError.Completed;
        }

        services.Digests.Drop(uploadId);
        services.Log.Terminated(uploadId, ended.UploadedSize);
        await content.DeleteAsync(uploadId, CancellationToken.None);
        await endings.MarkRemovedAsync([uploadId], CancellationToken.None);
        return new UploadInfo(ended.Id, ended.UploadedSize, ended.TotalSize, ended.Metadata, null);
    }
}

internal sealed record UploadTerminationServices(RunningDigests Digests, UploadLog Log, TimeProvider Time);
