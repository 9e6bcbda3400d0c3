using Microsoft.AspNetCore.Http;

namespace TusUpload.Protocol.Verbs;

/// <summary>Where an upload is, as its client is told.</summary>
internal static class UploadLocation
{
    /// <summary>
    /// A path without scheme and host: behind a proxy the server knows neither, and clients resolve it against their own URL.
    /// </summary>
    public static string Of(HttpRequest request, Guid id) =>
        string.Concat(request.PathBase.ToUriComponent(), request.Path.ToUriComponent().TrimEnd('/'), "/", id.ToString());

    /// <summary>The upload that the request's own path names.</summary>
    public static string OfUpload(HttpRequest request) => string.Concat(request.PathBase.ToUriComponent(), request.Path.ToUriComponent());
}
