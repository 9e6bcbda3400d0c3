using System.Globalization;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TusUpload.IntegrationTests.Harness.Supabase;

/// <summary>
/// A refusal in the body, under 400 on the wire unless it is the server's fault. A body is not read: on a connection that stays open nothing is heard of it for
/// a long time, on one that closes it is answered at once.
/// </summary>
internal sealed class FakeRefusal(int status, string? code, string error, string message) : Exception(message)
{
    private const int SocketBuffers = 512 * 1024;

    public static FakeRefusal NoKey { get; } = new(404, "NoSuchKey", "not_found", "Object not found");

    public static FakeRefusal NoBucket { get; } = new(404, "NoSuchBucket", "Bucket not found", "Bucket not found");

    public static FakeRefusal TooLarge { get; } = new(413, "EntityTooLarge", "Payload too large", "The object exceeded the maximum allowed size");

    public static FakeRefusal Type { get; } = new(415, "InvalidMimeType", "invalid_mime_type", "mime type is not supported");

    /// <summary>The status that it would be.</summary>
    public int Status => status;

    public async Task AnswerAsync(HttpContext context)
    {
        var closes = context.Request.Headers.Connection.Contains("close");
        if (context.Request.ContentLength > SocketBuffers && !closes)
        {
            // Until the client gives up.
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        }

        if (context.Request.Path.StartsWithSegments("/upload/resumable", StringComparison.Ordinal) && code != "InvalidJWT")
        {
            await AnswerInTextAsync(context);
            return;
        }

        context.Response.StatusCode = status >= 500 || status is 416 or 429 ? status : 400;
        await context.Response.WriteAsJsonAsync(
            new { statusCode = status.ToString(CultureInfo.InvariantCulture), error, message = Message, code }, context.RequestAborted);
        await EndAsync(context, closes);
    }

    // The resumable endpoint has real statuses; while bytes arrive it just hangs up.
    private async Task AnswerInTextAsync(HttpContext context)
    {
        if (context.Request.Method == HttpMethods.Patch && context.Request.ContentLength > 0 && status is 403 or 409)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = status;
        if (context.Request.Method != HttpMethods.Head)
        {
            await context.Response.WriteAsync(Message, context.RequestAborted);
        }

        await EndAsync(context, context.Request.Headers.Connection.Contains("close"));
    }

    private static async Task EndAsync(HttpContext context, bool closes)
    {
        await context.Response.CompleteAsync();
        if (closes && context.Request.ContentLength > 0 && context.Features.Get<IHttpRequestLifetimeFeature>() is { } lifetime)
        {
            lifetime.Abort();
        }
    }
}
