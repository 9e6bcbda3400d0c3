namespace TusUpload.Protocol.Errors;

/// <summary>What the protocol refuses by itself, before a store is asked: the request's form.</summary>
internal static class Refusals
{
    public static readonly TusError UnsupportedVersion =
        new(412, "unsupported_version", "Tus-Resumable must be a version that Tus-Version lists.");

    public static readonly TusError MethodNotAllowed =
        new(405, "method_not_allowed", "This method does not apply here; see Allow.");

    public static readonly TusError WrongContentType =
        new(415, "wrong_content_type", "Bytes of an upload come as application/offset+octet-stream.");

    public static readonly TusError InvalidOffset =
        new(400, "invalid_offset", "Upload-Offset must be one whole number that is not negative.");

    public static readonly TusError InvalidLength =
        new(400, "invalid_length", "Upload-Length must be one whole number that is not negative.");

    public static readonly TusError LengthRequired =
        new(400, "length_required", "Send either Upload-Length or Upload-Defer-Length: 1.");

    public static readonly TusError DeferNotSupported =
        new(400, "defer_length_unsupported", "This server needs Upload-Length when the upload is created.");

    public static readonly TusError InvalidMetadata =
        new(400, "invalid_metadata", "Upload-Metadata must be pairs of a key and a base64 value in UTF-8.");

    public static readonly TusError MetadataTooLarge =
        new(400, "metadata_too_large", "Upload-Metadata is longer than this server accepts.");

    public static readonly TusError InvalidResumeKey =
        new(400, "invalid_resume_key", "resumeKey and Idempotency-Key must be one and the same text of at most 255 characters.");

    public static readonly TusError InvalidConcat =
        new(400, "invalid_concat", "Upload-Concat must be partial, or final; and the addresses of partial uploads with blanks between them.");

    public static readonly TusError PartTwice = new(400, "invalid_concat", "Upload-Concat names the same partial upload twice.");

    public static readonly TusError ConcatNotSupported = new(400, "concat_unsupported", "This server makes no upload of several others.");

    public static readonly TusError FinalHasContent =
        new(400, "final_has_content", "A final upload has neither a length nor bytes of its own: send no Upload-Length and no body.");

    public static readonly TusError UnsupportedChecksumAlgorithm =
        new(400, "unsupported_checksum_algorithm", "Upload-Checksum names an algorithm that Tus-Checksum-Algorithm does not list.");

    public static readonly TusError InvalidChecksum =
        new(400, "invalid_checksum", "Upload-Checksum must be one name of an algorithm, a blank and base64 of a checksum of its length.");

    public static readonly TusError MissingChecksum =
        new(400, "missing_checksum", "Trailer announced an Upload-Checksum that did not come; nothing of the body is kept.");

    public static readonly TusError InvalidDigest =
        new(400, "invalid_digest", "Content-Digest names an algorithm with a value that is no digest of it: base64 between two colons.");

    public static readonly TusError TwoChecksums =
        new(400, "two_checksums", "The body has an Upload-Checksum and a Content-Digest: send one of them.");

    public static readonly TusError ChunkTooLarge =
        new(413, "chunk_too_large", "The body is longer than one request may carry; see Tus-Max-Chunk-Size.");

    /// <summary>A refusal that an event gave without a code of its own.</summary>
    public static TusError ByEvent(int status, string message) => new(status, "refused", message);
}
