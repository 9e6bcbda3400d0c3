using TusUpload.Protocol.Errors;

namespace TusUpload.Protocol.Ietf;

/// <summary>What the IETF protocol refuses, with its problem types where it has registered some.</summary>
internal static class IetfRefusals
{
    private const string Types = "https://iana.org/assignments/http-problem-types#";

    public static readonly TusError CompleteRequired =
        new(400, "upload_complete_required", "Upload-Complete must be ?1 or ?0 (in version 3 of the draft: Upload-Incomplete).");

    public static readonly TusError InvalidOffset =
        new(400, "invalid_offset", "Upload-Offset must be a whole number of at most 15 digits that is not negative.");

    public static readonly TusError OffsetAtCreation =
        new(400, "invalid_offset", "An upload begins at its first byte: a request that makes one has no Upload-Offset.");

    public static readonly TusError StateNotAllowed =
        new(400, "state_not_allowed", "In this version of the draft, such a request carries neither Upload-Offset nor Upload-Complete.");

    public static readonly TusError WrongContentType =
        new(415, "wrong_content_type", "Bytes of an upload are appended as application/partial-upload.");

    public static readonly TusError InconsistentLength =
        new(400, "inconsistent_length", "The lengths that were told of this upload, or its bytes, do not agree.") { Type = Types + "inconsistent-upload-length" };

    public static readonly TusError Completed =
        new(400, "upload_completed", "The upload is complete and cannot be changed.");

    public static readonly TusError CompletedByType = Completed with { Type = Types + "completed-upload" };

    public static readonly TusError DigestMismatch =
        new(400, "digest_mismatch", "The bytes do not have the Content-Digest that came with them; none of them is kept.");

    public static TusError OffsetMismatch(long expected, long provided) => TusError.OffsetMismatch with
    {
        Type = Types + "mismatching-upload-offset",
        Details = new Dictionary<string, object?> { ["expected-offset"] = expected, ["provided-offset"] = provided },
    };
}
