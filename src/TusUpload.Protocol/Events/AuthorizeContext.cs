using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Errors;

namespace TusUpload.Protocol.Events;

/// <summary>A request asks to be let in.</summary>
public sealed class AuthorizeContext
{
    internal AuthorizeContext(HttpContext http, TusIntent intent, Guid? uploadId)
    {
        HttpContext = http;
        Intent = intent;
        UploadId = uploadId;
    }

    public HttpContext HttpContext { get; }

    /// <summary>What the request wants.</summary>
    public TusIntent Intent { get; }

    /// <summary>The upload; null when one is to be made.</summary>
    public Guid? UploadId { get; }

    internal TusError? Refusal { get; private set; }

    /// <summary>Refuses the request with this status; the message is shown to people.</summary>
    public void FailRequest(int status, string message) => FailRequest(Refusals.ByEvent(status, message));

    /// <summary>Refuses the request with a code of the application's own.</summary>
    public void FailRequest(TusError error) => Refusal = error;
}
