using System.Security.Claims;

using TusUpload.Data.Sessions;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Leases;

namespace TusUpload.Uploads.Sessions;

/// <summary>HEAD: takes no lease; a running writer, of whatever node, is asked to let go, then the row is read.</summary>
internal sealed class UploadReads(
    Writers writers, TakeOvers takeOvers, SessionLeases leases, UploadJoins joins, TimeProvider time)
{
    public async Task<TusResult<UploadInfo>> FindAsync(Guid uploadId, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        var uploaderId = caller.Caller().Subject;
        if (await writers.StopAsync(uploadId, uploaderId) is { } running)
        {
            return running;
        }

        var state = await leases.FindAsync(uploadId, uploaderId, cancellationToken);
        if (state is { IsFinal: true } && state.IsReceiving(time.GetUtcNow()))
        {
            var final = await joins.ShowAsync(state, cancellationToken);
            return final.Value is null ? TusError.NotFound : final;
        }

        (state, var refusal) = await takeOvers.TakeAsync(state, null, cancellationToken);
        return refusal ?? state.ToInfo(time.GetUtcNow());
    }

    /// <summary>The row as it is; a running writer goes on.</summary>
    public async Task<TusResult<UploadInfo>> PeekAsync(Guid uploadId, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        (await leases.FindAsync(uploadId, caller.Caller().Subject, cancellationToken)).ToInfo(time.GetUtcNow());
}
