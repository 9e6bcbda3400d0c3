namespace TusUpload.Protocol.Errors;

/// <summary>One refusal: what the client switches on (<paramref name="Code"/>), what the log and the error counter carry, what a person reads.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable, lower snake case.</param>
/// <param name="Message">One sentence for people; never a file name, a token or a metadata value.</param>
public sealed record TusError(int Status, string Code, string Message)
{
    /// <summary>Seconds after which asking again makes sense (Retry-After); null: the header is not sent.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>The problem document's type, an absolute URI; null: about:blank.</summary>
    public string? Type { get; init; }

    /// <summary>Further members of the problem document, such as the level and the bytes left of a quota.</summary>
    public IReadOnlyDictionary<string, object?>? Details { get; init; }

    public static readonly TusError NotFound = new(404, "upload_not_found", "There is no such upload.");
    public static readonly TusError OffsetMismatch = new(409, "offset_mismatch", "Upload-Offset is not the upload's current offset.");
    public static readonly TusError Locked = new(423, "upload_locked", "Another request is writing to this upload; ask again.") { RetryAfter = 1 };
    public static readonly TusError Unavailable = new(503, "temporarily_unavailable", "The upload is safe, but cannot be reached just now.") { RetryAfter = 1 };
    public static readonly TusError TooLarge = new(413, "upload_too_large", "The upload is larger than this server accepts.");
    public static readonly TusError BodyTooLong = new(413, "body_too_long", "The body reaches past the upload's length.");
    public static readonly TusError StorageFull = new(507, "storage_full", "There is no space left for these bytes; the upload can be resumed later.") { RetryAfter = 30 };
    public static readonly TusError ChecksumMismatch =
        new(460, "checksum_mismatch", "The bytes do not have the checksum that came with them; none of them is kept.");

    public static readonly TusError Completed = new(403, "upload_completed", "The upload is complete and cannot be changed.");
    public static readonly TusError Final = new(403, "upload_is_final", "A final upload takes no bytes; its partial uploads do.");
    public static readonly TusError LengthAlreadySet = new(400, "length_already_set", "The upload's length is known already and cannot be changed.");
    public static readonly TusError LengthBelowOffset = new(400, "length_below_offset", "Upload-Length is less than what has been received.");
}
