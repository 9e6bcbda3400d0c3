using Microsoft.AspNetCore.Http;

namespace TusUpload.Protocol.Verbs;

/// <summary>Where an upload is, as its client is told.</summary>
internal static class UploadLocation
{
    /// <summary>
    /// The address of an upload that this request makes or names: below <see cref="TusOptions.PublicUrl"/>; or as the request's <see
    /// cref="PublicOrigin"/> says; or a path without scheme and host, which clients resolve against their own address.
    /// </summary>
    public static string Of(HttpContext http, TusOptions options, Guid id)
    {
        var request = http.Request;
        var path = request.Path.ToUriComponent().TrimEnd('/');
        var last = $"/{id}";
        if (!path.EndsWith(last, StringComparison.OrdinalIgnoreCase))
        {
            path += last;
        }

        return options.PublicUrl is { } url
            ? url.TrimEnd('/') + path
            : string.Concat(http.Features.Get<PublicOrigin>()?.Value, request.PathBase.ToUriComponent(), path);
    }
}
