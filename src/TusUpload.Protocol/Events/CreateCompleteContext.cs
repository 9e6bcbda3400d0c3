using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Events;

/// <summary>An upload was made.</summary>
public sealed class CreateCompleteContext
{
    internal CreateCompleteContext(HttpContext http, Guid uploadId, UploadMetadata metadata, long? length)
    {
        HttpContext = http;
        UploadId = uploadId;
        Metadata = metadata;
        Length = length;
    }

    public HttpContext HttpContext { get; }

    /// <summary>The upload.</summary>
    public Guid UploadId { get; }

    /// <summary>What the client told of the file.</summary>
    public UploadMetadata Metadata { get; }

    /// <summary>Bytes in all; null when the length is deferred.</summary>
    public long? Length { get; }
}
