using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Events;

/// <summary>An upload has all its bytes.</summary>
public sealed class FileCompleteContext
{
    internal FileCompleteContext(HttpContext http, Guid uploadId, UploadInfo upload)
    {
        HttpContext = http;
        UploadId = uploadId;
        Upload = upload;
    }

    public HttpContext HttpContext { get; }

    /// <summary>The upload.</summary>
    public Guid UploadId { get; }

    /// <summary>The upload as it stands.</summary>
    public UploadInfo Upload { get; }
}
