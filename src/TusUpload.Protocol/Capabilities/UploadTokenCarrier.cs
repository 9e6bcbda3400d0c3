using Microsoft.AspNetCore.Http;

namespace TusUpload.Protocol.Capabilities;

/// <summary>How a token travels: in the header, or in the query of the upload's address.</summary>
public static class UploadTokenCarrier
{
    public const string Header = "Upload-Token";

    public const string Query = "token";

    /// <summary>The token that a request carries; null without one.</summary>
    public static string? Read(HttpRequest request) =>
        request.Headers[Header] is [{ Length: > 0 } given] ? given
        : request.Query[Query] is [{ Length: > 0 } asked] ? asked
        : null;

    internal static string AddTo(string location, string token) => $"{location}?{Query}={token}";
}
