using System.Security.Claims;

using TusUpload.Protocol.Errors;

namespace TusUpload.Protocol.Stores;

/// <summary>A POST that has passed every check of form.</summary>
/// <param name="Caller">Who asks.</param>
/// <param name="Length">Upload-Length in bytes; null when it is deferred.</param>
/// <param name="Metadata">The Upload-Metadata header, parsed.</param>
public sealed record CreateRequest(ClaimsPrincipal Caller, long? Length, UploadMetadata Metadata);

/// <summary>A PATCH that has passed every check of form.</summary>
/// <param name="Offset">Upload-Offset: where the client believes the upload stands.</param>
public sealed record AppendRequest(Guid UploadId, ClaimsPrincipal Caller, long Offset);

/// <summary>What the wire shows of an upload.</summary>
/// <param name="Offset">Bytes that are kept.</param>
/// <param name="Length">Bytes in all; null while deferred.</param>
/// <param name="Metadata">Upload-Metadata to the letter as it was given; null without one.</param>
/// <param name="ExpiresAt">When the upload ends if nothing more comes; null once it is complete.</param>
public sealed record UploadInfo(Guid Id, long Offset, long? Length, string? Metadata, DateTimeOffset? ExpiresAt)
{
    public bool IsComplete => Offset == Length;
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
