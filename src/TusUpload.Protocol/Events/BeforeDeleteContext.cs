using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Errors;

namespace TusUpload.Protocol.Events;

/// <summary>An upload is about to be terminated.</summary>
public sealed class BeforeDeleteContext
{
    internal BeforeDeleteContext(HttpContext http, Guid uploadId)
    {
        HttpContext = http;
        UploadId = uploadId;
    }

    public HttpContext HttpContext { get; }

    /// <summary>The upload.</summary>
    public Guid UploadId { get; }

    internal TusError? Refusal { get; private set; }

    /// <summary>Refuses the request with this status; the message is shown to people.</summary>
    public void FailRequest(int status, string message) => FailRequest(Refusals.ByEvent(status, message));

    /// <summary>Refuses the request with a code of the application's own.</summary>
    public void FailRequest(TusError error) => Refusal = error;
}
