using System.Security.Claims;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Checksums;
using TusUpload.Protocol.Errors;

namespace TusUpload.Protocol.Stores;

/// <summary>
/// What keeps uploads. The protocol has parsed and checked the request's form before it calls; the store decides what only it can know:
/// who owns the upload, what its offset is, whether there is room. A refusal is a <see cref="TusError"/>; an exception means trouble that
/// passes, and becomes the answer that makes no client start again (423 to HEAD, 503 otherwise).
/// Every optional ability is an interface of its own; the server advertises only the extensions whose interface the store has.
/// </summary>
public interface ITusStore
{
    /// <summary>
    /// Reads an upload's state. A running writer is asked to let go first, so that the offset stands still.
    /// Somebody else's upload, an expired and an unknown one are all <see cref="TusError.NotFound"/>.
    /// </summary>
    Task<TusResult<UploadInfo>> FindAsync(Guid uploadId, ClaimsPrincipal caller, CancellationToken cancellationToken);

    /// <summary>
    /// Appends the body at <see cref="AppendRequest.Offset"/>. What is acknowledged must survive the death of the process. Bytes that arrived
    /// before the body ended early (see <see cref="BodyEnd"/>) are kept as well; the result then carries the error to answer with.
    /// </summary>
    Task<TusResult<UploadInfo>> AppendAsync(AppendRequest request, TusBody body, CancellationToken cancellationToken);
}

/// <summary>Reading without a say in who writes.</summary>
public interface ITusPeekStore
{
    /// <summary>As <see cref="ITusStore.FindAsync"/>, but a running writer goes on, and the offset that is kept may grow at once.</summary>
    Task<TusResult<UploadInfo>> PeekAsync(Guid uploadId, ClaimsPrincipal caller, CancellationToken cancellationToken);
}

/// <summary>tus 1.0.0, creation and creation-with-upload.</summary>
public interface ITusCreationStore
{
    /// <summary>
    /// Makes an upload and, where <paramref name="body"/> is not null, appends it at offset 0. When the upload was made but the body ended
    /// early, the answer is the upload with the offset reached.
    /// </summary>
    Task<TusResult<UploadInfo>> CreateAsync(CreateRequest request, TusBody? body, CancellationToken cancellationToken);
}

/// <summary>tus 1.0.0, creation-defer-length: a length that is told later.</summary>
public interface ITusDeferredLengthStore
{
    /// <summary>
    /// Fixes the length of an upload that was made without one and stands at <see cref="AppendRequest.Offset"/>; at another offset nothing
    /// changes and no running writer is disturbed. The same length again is no error. A length equal to the offset completes the upload.
    /// </summary>
    Task<TusResult<DeclaredLength>> DeclareLengthAsync(AppendRequest request, long length, CancellationToken cancellationToken);
}

/// <summary>tus 1.0.0, concatenation and concatenation-unfinished. Partial uploads come as <see cref="CreateRequest.IsPartial"/>.</summary>
public interface ITusConcatenationStore
{
    /// <summary>
    /// Makes a final upload of the caller's partial uploads, whether they are complete or not; it is complete when all of them are, whoever brings the
    /// last byte. No byte is copied here. The same parts in the same order again are the same final upload, <see cref="UploadInfo.IsAdopted"/>. A part that
    /// is not there, is no partial upload or belongs to another final one is refused.
    /// </summary>
    Task<TusResult<UploadInfo>> ConcatenateAsync(ConcatenateRequest request, CancellationToken cancellationToken);
}

/// <summary>tus 1.0.0, termination.</summary>
public interface ITusTerminationStore
{
    /// <summary>Ends an upload that is not complete and frees its bytes. A running writer is asked to let go first.</summary>
    Task<TusResult<UploadInfo>> TerminateAsync(Guid uploadId, ClaimsPrincipal caller, CancellationToken cancellationToken);
}

/// <summary>
/// tus 1.0.0, checksum and checksum-trailer: of a body with a <see cref="TusBody.Checksum"/>, a store that appends keeps all bytes or none,
/// whatever happens. It keeps them only after the body has come whole and <see cref="BodyChecksum.Check"/> has passed; an upload that was made
/// with a body that did not pass is not there afterwards.
/// </summary>
public interface ITusChecksumStore
{
    /// <summary>What it verifies, in the order that is advertised. Clients count on sha1.</summary>
    IReadOnlyList<ChecksumAlgorithm> ChecksumAlgorithms { get; }
}

/// <summary>tus 1.0.0, expiration: uploads that are not complete end some time after their last byte.</summary>
public interface ITusExpirationStore
{
    /// <summary>How long an unfinished upload lives after its last byte.</summary>
    TimeSpan ExpiresAfter { get; }
}
