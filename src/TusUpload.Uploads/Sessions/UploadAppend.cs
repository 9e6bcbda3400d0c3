using Microsoft.Extensions.Options;

using TusUpload.Data.Sessions;
using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Leases;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// PATCH. 1: one writer in this process. 2: the lease, first round trip; another node that
/// holds it is asked to let go. 3: the body, with no connection held. 4: the commit, second round trip.
/// </summary>
internal sealed class UploadAppend(
    Writers writers, TakeOvers takeOvers, SessionLeases leases, UploadReceive receive, UploadAppendServices services)
{
    public async Task<TusResult<UploadInfo>> AppendAsync(AppendRequest request, TusBody body, CancellationToken cancellationToken)
    {
        var (id, uploaderId) = (request.UploadId, request.Caller.Caller().Subject);

        var (writer, refusal) = await writers.EnterAsync(id, uploaderId, body, request.Offset);
        using var entered = writer;
        if (writer is null)
        {
            return refusal!;
        }

        var lease = await TakeAsync(request, uploaderId, cancellationToken);
        return lease is null
            ? await TakeOverAsync(request, uploaderId, writer, body, cancellationToken)
            : await receive.ReceiveAsync(lease, writer, body, request.Finishes, request.Length);
    }

    private Task<SessionState?> TakeAsync(AppendRequest request, string uploaderId, CancellationToken cancellationToken) => leases.TakeAsync(
        request.UploadId,
        uploaderId,
        request.Offset,
        services.Node.Id,
        services.Options.Value.HeartbeatLimit,
        services.Time.GetUtcNow(),
        cancellationToken);

    /// <summary>The guard did not match, off the hot path: asks another node's writer to let go where there is one; else says why.</summary>
    private async Task<TusResult<UploadInfo>> TakeOverAsync(
        AppendRequest request, string uploaderId, Writers.Writer writer, TusBody body, CancellationToken cancellationToken)
    {
        var state = await leases.FindAsync(request.UploadId, uploaderId, cancellationToken);
        if (takeOvers.IsElsewhere(state) && !IsOnAnotherDisk(state!))
        {
            (state, var refusal) = await takeOvers.TakeAsync(state, request.Offset, cancellationToken);
            if (refusal is not null)
            {
                return refusal;
            }

            if (await TakeAsync(request, uploaderId, cancellationToken) is { } lease)
            {
                return await receive.ReceiveAsync(lease, writer, body, request.Finishes, request.Length);
            }
        }

        return await ExplainAsync(state, request, body);
    }

    private async Task<TusResult<UploadInfo>> ExplainAsync(SessionState? state, AppendRequest request, TusBody body)
    {
        var info = state.ToInfo(services.Time.GetUtcNow());
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
            _ when IsOnAnotherDisk(state) => TusError.Unavailable,
            _ => TusError.Locked,
        };
    }

    private bool IsOnAnotherDisk(SessionState state) => state.ContentNode is { } holder && holder != services.Node.Id;

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

internal sealed record UploadAppendServices(LocalNode Node, IOptions<LeaseOptions> Options, TimeProvider Time);
