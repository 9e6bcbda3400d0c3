using Microsoft.Extensions.Options;

using TusUpload.Data.Sessions;
using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Leases;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// PATCH. 1: one writer in this process. 2: the lease, first round trip. 3: the body, with no connection held. 4: the commit, second round trip.
/// </summary>
internal sealed class UploadAppend(
    Writers writers, SessionLeases leases, LocalNode node, UploadReceive receive, IOptions<LeaseOptions> options, TimeProvider time)
{
    public async Task<TusResult<UploadInfo>> AppendAsync(AppendRequest request, TusBody body, CancellationToken cancellationToken)
    {
        var (id, userId) = (request.UploadId, request.Caller.UserId()!);

        var (writer, refusal) = await writers.EnterAsync(id, userId, body, request.Offset);
        using var entered = writer;
        if (writer is null)
        {
            return refusal!;
        }

        var lease = await leases.TakeAsync(
            id, userId, request.Offset, node.Id, options.Value.HeartbeatLimit, time.GetUtcNow(), cancellationToken);
        return lease is null
            ? await ExplainAsync(request, userId, body, cancellationToken)
            : await receive.ReceiveAsync(lease, writer, body, request.Finishes, request.Length);
    }

    /// <summary>The guard did not match: says why, off the hot path.</summary>
    private async Task<TusResult<UploadInfo>> ExplainAsync(AppendRequest request, string userId, TusBody body, CancellationToken cancellationToken)
    {
        var state = await leases.FindAsync(request.UploadId, userId, cancellationToken);
        var info = state.ToInfo(time.GetUtcNow());
        return info.Value switch
        {
            null => info,
            _ when state!.IsFinal => TusError.Final,
            { Offset: var offset } when offset != request.Offset => TusError.OffsetMismatch,
            { IsComplete: true, Length: var known } when request.Length is { } told && told != known => TusError.LengthAlreadySet,

            // The last answer was lost and the client asks again with nothing more to send.
            _ when IsWhole(state, info.Value) => !await IsEmptyAsync(body) ? TusError.Completed
                : BodyCheck.PassesEmpty(body) ? info
                : body.Checksum!.Refusal!,
            _ when state!.ContentNode is { } holder && holder != node.Id => TusError.Unavailable,
            _ => TusError.Locked,
        };
    }

    private static bool IsWhole(SessionState state, UploadInfo upload) =>
        upload.IsComplete || (state.Status == SessionStatus.Joined && state.UploadedSize == state.TotalSize);

    private static async Task<bool> IsEmptyAsync(TusBody body)
    {
        // A checksum of nothing may still come after it.
        if (body.Length is { } length && (length > 0 || body.Checksum is null))
        {
            return length == 0;
        }

        body.Limit = 0;
        return (await body.ReadAsync()).IsEmpty && body.End == BodyEnd.Completed;
    }
}
