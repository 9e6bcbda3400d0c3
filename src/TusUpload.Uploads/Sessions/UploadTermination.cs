using TusUpload.Data.Sessions;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Leases;

namespace TusUpload.Uploads.Sessions;

/// <summary>DELETE: ends an upload before its last byte, see <see cref="UploadEndings"/>.</summary>
internal sealed class UploadTermination(Writers writers, UploadEndings endings, SessionLeases leases, TimeProvider time)
{
    public async Task<TusResult<UploadInfo>> TerminateAsync(Guid uploadId, string uploaderId, CancellationToken cancellationToken)
    {
        var (writer, refusal) = await writers.EnterAsync(uploadId, uploaderId, body: null, offset: null);
        using var entered = writer;
        if (writer is null)
        {
            return refusal!;
        }

        if (await endings.EndAsync(uploadId, uploaderId, cancellationToken) is { } ended)
        {
            return new UploadInfo(ended.Id, ended.UploadedSize, ended.TotalSize, ended.Metadata, null);
        }

        var state = await leases.FindAsync(uploadId, uploaderId, cancellationToken);
        return state.ToInfo(time.GetUtcNow()) switch
        {
            { Value: null } missing => missing,
            { Value: { } known } when state is { Status: SessionStatus.Receiving } && (state.IsFinal || state.FinalId is not null) =>
                await EndFamilyAsync(state.FinalId ?? state.Id, uploaderId) ? known : TusError.Locked,
            _ => TusError.Completed,
        };
    }

    private async Task<bool> EndFamilyAsync(Guid finalId, string uploaderId) =>
        (await endings.EndFamilyAsync(finalId, uploaderId, CancellationToken.None)).Count > 0;
}
