using Microsoft.AspNetCore.Http;

namespace TusUpload.Protocol.Events;

/// <summary>An upload was terminated.</summary>
public sealed class DeleteCompleteContext
{
    internal DeleteCompleteContext(HttpContext http, Guid uploadId)
    {
        HttpContext = http;
        UploadId = uploadId;
    }

    public HttpContext HttpContext { get; }

    /// <summary>The upload.</summary>
    public Guid UploadId { get; }
}
