using System.Security.Claims;

using Microsoft.Extensions.Options;

using TusUpload.Data.Sessions;
using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Checksums;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Expiry;
using TusUpload.Uploads.Leases;

namespace TusUpload.Uploads.Sessions;

/// <summary>The store behind the protocol: one method per verb, each a way of its own.</summary>
internal sealed class UploadStore(
    UploadBeginnings beginnings, UploadAppend append, UploadReads reads, UploadLength lengths, UploadTermination termination, IOptions<ExpiryOptions> expiry)
    : ITusStore, ITusPeekStore, ITusCreationStore, ITusConcatenationStore, ITusDeferredLengthStore, ITusTerminationStore,
        ITusExpirationStore, ITusChecksumStore
{
    public IReadOnlyList<ChecksumAlgorithm> ChecksumAlgorithms => Protocol.Checksums.ChecksumAlgorithms.All;

    public TimeSpan ExpiresAfter => expiry.Value.ExpiresAfter;

    public Task<TusResult<UploadInfo>> FindAsync(Guid uploadId, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        reads.FindAsync(uploadId, caller, cancellationToken);

    public Task<TusResult<UploadInfo>> PeekAsync(Guid uploadId, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        reads.PeekAsync(uploadId, caller, cancellationToken);

    public Task<TusResult<UploadInfo>> AppendAsync(AppendRequest request, TusBody body, CancellationToken cancellationToken) =>
        append.AppendAsync(request, body, cancellationToken);

    public Task<TusResult<UploadInfo>> CreateAsync(CreateRequest request, TusBody? body, CancellationToken cancellationToken) =>
        beginnings.Creation.CreateAsync(request, body, cancellationToken);

    public Task<TusResult<UploadInfo>> ConcatenateAsync(ConcatenateRequest request, CancellationToken cancellationToken) =>
        beginnings.Concatenation.ConcatenateAsync(request, cancellationToken);

    public Task<TusResult<DeclaredLength>> DeclareLengthAsync(AppendRequest request, long length, CancellationToken cancellationToken) =>
        lengths.DeclareAsync(request, length, cancellationToken);

    public Task<TusResult<UploadInfo>> TerminateAsync(Guid uploadId, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        termination.TerminateAsync(uploadId, caller.UserId()!, cancellationToken);
}

/// <summary>The ways in which an upload begins.</summary>
internal sealed record UploadBeginnings(UploadCreation Creation, UploadConcatenation Concatenation);

/// <summary>HEAD: takes no lease; a running writer is asked to let go, then the row is read.</summary>
internal sealed class UploadReads(
    Writers writers, SessionLeases leases, UploadJoins joins, LocalNode node, IOptions<LeaseOptions> options, TimeProvider time)
{
    public async Task<TusResult<UploadInfo>> FindAsync(Guid uploadId, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        var userId = caller.UserId()!;
        if (await writers.StopAsync(uploadId, userId) is { } running)
        {
            return running;
        }

        var state = await leases.FindAsync(uploadId, userId, cancellationToken);
        if (state is { IsFinal: true } && state.IsReceiving(time.GetUtcNow()))
        {
            // Somebody may have died between the last byte of a part and this.
            return await joins.FinishAsync(uploadId, CancellationToken.None)
                ? (await leases.FindAsync(uploadId, userId, cancellationToken)).ToInfo(time.GetUtcNow())
                : await joins.ShowAsync(state, cancellationToken);
        }

        return state?.LeaseNode is { } holder && holder != node.Id
            && await leases.IsAliveAsync(holder, options.Value.HeartbeatLimit, cancellationToken)
            ? TusError.Locked
            : state.ToInfo(time.GetUtcNow());
    }

    /// <summary>The row as it is; a running writer goes on.</summary>
    public async Task<TusResult<UploadInfo>> PeekAsync(Guid uploadId, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        (await leases.FindAsync(uploadId, caller.UserId()!, cancellationToken)).ToInfo(time.GetUtcNow());
}
