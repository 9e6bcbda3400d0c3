using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace TusUpload.Protocol.Bodies;

/// <summary>
/// Takes the web server's limits off one request. Its size cap is lower than an upload, and its least rate is an average since the request
/// began: it cuts slow phones off, and lets a connection hang for hours that was fast once. The watch's idle timeout does that work.
/// </summary>
internal static class BodyLimits
{
    public static void Lift(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }
}
