using Microsoft.AspNetCore.Http;

namespace TusUpload.Protocol.Verbs;

/// <summary>Where an upload is, as its client is told.</summary>
internal static class UploadLocation
{
    /// <summary>
    /// The address of an upload that this request makes: below <see cref="TusOptions.PublicUrl"/>; or as the request's <see
    /// cref="PublicOrigin"/> says; or a path without scheme and host, which clients resolve against their own address.
    /// </summary>
    public static string Of(HttpContext http, TusOptions options, Guid id)
    {
        var request = http.Request;
        var path = request.Path.ToUriComponent().TrimEnd('/');
        return options.PublicUrl is { } url
            ? string.Concat(url.TrimEnd('/'), path, "/", id.ToString())
            : string.Concat(http.Features.Get<PublicOrigin>()?.Value, request.PathBase.ToUriComponent(), path, "/") + id;
    }

    /// <summary>The upload that the request's own path names.</summary>
    public static string OfUpload(HttpRequest request) => string.Concat(request.PathBase.ToUriComponent(), request.Path.ToUriComponent());
}
