using System.Security.Claims;

using TusUpload.Protocol.Errors;

namespace TusUpload.Protocol.Stores;

/// <summary>A POST that has passed every check of form.</summary>
/// <param name="Caller">Who asks.</param>
/// <param name="Length">Upload-Length in bytes; null when it is deferred.</param>
/// <param name="Metadata">The Upload-Metadata header, parsed.</param>
public sealed record CreateRequest(ClaimsPrincipal Caller, long? Length, UploadMetadata Metadata)
{
    /// <summary>tus 1.0.0, concatenation: one of several uploads that a final one will be made of.</summary>
    public bool IsPartial { get; init; }

    /// <summary>
    /// What the client calls the upload, 1 to 255 characters: a caller's second POST under the same key finds the upload of the first. Null
    /// without one.
    /// </summary>
    public string? ResumeKey { get; init; }

    /// <summary>False: the upload is not complete before its client says so, even with all its bytes there.</summary>
    public bool Finishes { get; init; } = true;

    /// <summary>The promised SHA-512 of the whole, 128 lower hexadecimal digits; null without a promise.</summary>
    public string? Sha512 { get; init; }

    /// <summary>The promised SHA-256 of the whole, 64 lower hexadecimal digits; null without a promise.</summary>
    public string? Sha256 { get; init; }

    /// <summary>
    /// Called once the upload is there for others, before its body is read: the client may be told of it then. Null: nobody asks. Not called where
    /// the body is not read because an upload that was there before has bytes already.
    /// </summary>
    public Func<UploadInfo, ValueTask>? OnMade { get; init; }
}

/// <summary>A POST of a final upload that has passed every check of form.</summary>
/// <param name="Parts">The partial uploads in order, each once; an empty id stands for an address that leads to none.</param>
/// <param name="Concat">Upload-Concat to the letter, for HEAD.</param>
public sealed record ConcatenateRequest(ClaimsPrincipal Caller, IReadOnlyList<Guid> Parts, string Concat, UploadMetadata Metadata)
{
    /// <inheritdoc cref="CreateRequest.ResumeKey"/>
    public string? ResumeKey { get; init; }

    /// <summary>Bytes that all parts together may have; null: no limit.</summary>
    public long? Largest { get; init; }
}

/// <summary>A PATCH that has passed every check of form.</summary>
/// <param name="Offset">Upload-Offset: where the client believes the upload stands.</param>
public sealed record AppendRequest(Guid UploadId, ClaimsPrincipal Caller, long Offset)
{
    /// <summary>
    /// A length that was deferred and is told with a body that has a checksum: it becomes true only after the body has matched. Dying between the
    /// length and the commit of the bytes leaves the length, which the same client tells again. Null: told before, or not yet.
    /// </summary>
    public long? Length { get; init; }

    /// <inheritdoc cref="CreateRequest.Finishes"/>
    public bool Finishes { get; init; } = true;
}

/// <summary>What the wire shows of an upload.</summary>
/// <param name="Offset">Bytes that are kept.</param>
/// <param name="Length">Bytes in all; null while deferred.</param>
/// <param name="Metadata">Upload-Metadata to the letter as it was given; null without one.</param>
/// <param name="ExpiresAt">When the upload ends if nothing more comes; null once it is complete.</param>
public sealed record UploadInfo(Guid Id, long Offset, long? Length, string? Metadata, DateTimeOffset? ExpiresAt)
{
    /// <summary>
    /// Not complete, whatever its offset: a partial upload, one whose client has still to say that this was all, or a final one whose parts are
    /// not all there.
    /// </summary>
    public bool IsOpen { get; init; }

    /// <summary>A final upload whose parts are not all there: it has no offset of its own.</summary>
    public bool IsUnfinishedFinal => IsOpen && Concat is not (null or Headers.ConcatHeader.Partial);

    public bool IsComplete => Offset == Length && !IsOpen;

    /// <summary>Upload-Concat of a partial or final upload; null for any other.</summary>
    public string? Concat { get; init; }

    /// <summary>An upload that was there before the POST that answers with it.</summary>
    public bool IsAdopted { get; init; }

    /// <summary>This very append made it complete; true also where it brought no byte.</summary>
    public bool IsNewlyComplete { get; init; }

    /// <summary>Upload tokens of an earlier revision are revoked.</summary>
    public int TokenRevision { get; init; }

    /// <summary>SHA-256 of the whole where it is known already, 64 lower hexadecimal digits.</summary>
    public string? Sha256 { get; init; }
}

/// <summary>An upload whose length is known now.</summary>
/// <param name="Completes">This very request made the upload complete; a client that tells the length again does not.</param>
public sealed record DeclaredLength(UploadInfo Upload, bool Completes);

/// <summary>Either a value, an error, or both: an append that was cut short has reached an offset and has something to answer.</summary>
public readonly record struct TusResult<T>(T? Value, TusError? Error)
    where T : class
{
    public static implicit operator TusResult<T>(T value) => new(value, null);

    public static implicit operator TusResult<T>(TusError error) => new(null, error);
}
