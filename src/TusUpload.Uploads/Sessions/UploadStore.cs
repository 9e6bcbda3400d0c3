using System.Security.Claims;

using Microsoft.Extensions.Options;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Checksums;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Expiry;

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
        termination.TerminateAsync(uploadId, caller.Caller().Subject, cancellationToken);
}

/// <summary>The ways in which an upload begins.</summary>
internal sealed record UploadBeginnings(UploadCreation Creation, UploadConcatenation Concatenation);
