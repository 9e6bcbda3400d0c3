using Microsoft.Extensions.Primitives;

namespace TusUpload.Protocol.Headers;

/// <summary>Names of the headers that the protocol reads and writes, and the values that never change.</summary>
internal static class TusHeaders
{
    public const string TusResumable = "Tus-Resumable";
    public const string TusVersion = "Tus-Version";
    public const string TusExtension = "Tus-Extension";
    public const string TusMaxSize = "Tus-Max-Size";
    public const string TusRecommendedChunkSize = "Tus-Recommended-Chunk-Size";
    public const string TusMaxChunkSize = "Tus-Max-Chunk-Size";
    public const string UploadOffset = "Upload-Offset";
    public const string UploadLength = "Upload-Length";
    public const string UploadDeferLength = "Upload-Defer-Length";
    public const string UploadMetadata = "Upload-Metadata";
    public const string UploadChecksum = "Upload-Checksum";
    public const string ChecksumAlgorithm = "Tus-Checksum-Algorithm";
    public const string UploadExpires = "Upload-Expires";
    public const string UploadConcat = "Upload-Concat";
    public const string IdempotencyKey = "Idempotency-Key";
    public const string InterimResponses = "X-Interim-Responses";
    public const string MethodOverride = "X-HTTP-Method-Override";

    public const string BytesContentType = "application/offset+octet-stream";

    public static readonly StringValues Version = "1.0.0";
    public static readonly StringValues One = "1";
    public static readonly StringValues Zero = "0";
    public static readonly StringValues NoStore = "no-store";
    public static readonly StringValues Close = "close";
}
