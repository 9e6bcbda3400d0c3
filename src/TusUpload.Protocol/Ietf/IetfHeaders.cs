using Microsoft.Extensions.Primitives;

namespace TusUpload.Protocol.Ietf;

/// <summary>Names of the fields that only the IETF protocol has, and the values that never change.</summary>
internal static class IetfHeaders
{
    public const string UploadComplete = "Upload-Complete";
    public const string UploadIncomplete = "Upload-Incomplete";
    public const string UploadLimit = "Upload-Limit";
    public const string InteropVersion = "Upload-Draft-Interop-Version";

    /// <summary>Content-Type of an append.</summary>
    public const string PartialUpload = "application/partial-upload";

    public static readonly StringValues True = "?1";
    public static readonly StringValues False = "?0";
}
