using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Events;

/// <summary>An upload is about to be made.</summary>
public sealed class BeforeCreateContext
{
    internal BeforeCreateContext(HttpContext http, UploadMetadata metadata, long? length)
    {
        HttpContext = http;
        Metadata = metadata;
        Length = length;
    }

    public HttpContext HttpContext { get; }

    /// <summary>What the client told of the file.</summary>
    public UploadMetadata Metadata { get; }

    /// <summary>Bytes in all; null when the length is deferred.</summary>
    public long? Length { get; }

    internal TusError? Refusal { get; private set; }

    /// <summary>Refuses the request with this status; the message is shown to people.</summary>
    public void FailRequest(int status, string message) => FailRequest(Refusals.ByEvent(status, message));

    /// <summary>Refuses the request with a code of the application's own.</summary>
    public void FailRequest(TusError error) => Refusal = error;
}
