using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Headers;

namespace TusUpload.Protocol.Verbs;

/// <summary>
/// How many bytes one request should and may carry. A client cannot know what the proxies on its way let through, and hears of it only by a
/// failure that looks like any other; so the server tells.
/// </summary>
internal static class ChunkSizes
{
    /// <summary>What is best sent at once, in bytes; null where nothing is told.</summary>
    public static long? Recommended(TusOptions options) =>
        options.RecommendedChunkSize is { } size ? Math.Min(size, options.MaxChunkSize ?? size) : null;

    public static void Show(HttpContext http, TusOptions options)
    {
        var headers = http.Response.Headers;
        if (Recommended(options) is { } recommended)
        {
            headers[TusHeaders.TusRecommendedChunkSize] = SizeHeader.Format(recommended);
        }

        if (options.MaxChunkSize is { } largest)
        {
            headers[TusHeaders.TusMaxChunkSize] = SizeHeader.Format(largest);
        }
    }

    /// <summary>Refuses a body that says that it is too long, before a byte of it is read.</summary>
    public static TusError? Check(HttpContext http, TusOptions options)
    {
        if (!options.EnforceMaxChunkSize || !(http.Request.ContentLength > options.MaxChunkSize))
        {
            return null;
        }

        Show(http, options);
        return Refusals.ChunkTooLarge;
    }
}
