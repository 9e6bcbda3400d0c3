using Microsoft.Net.Http.Headers;

using TusUpload.Data.Files;
using TusUpload.Pipeline.Storage;

namespace TusUpload.Server.Api.Files;

/// <summary>A file's bytes as an answer: RFC 9110 ranges and conditions, RFC 6266 names. Takes no lock and no lease.</summary>
internal static class FileContent
{
    public static async Task<IResult> ReadAsync(FileView? found, IObjectStorage storage, CancellationToken cancellationToken)
    {
        switch (found)
        {
            case null: return ApiError.FileNotFound;
            case { ProcessingStatus: FileStatus.Rejected }: return ApiError.FileRejected;
            case { ProcessingStatus: FileStatus.Ready, StoragePath: { } path, Sha256: { } sha256 } file:
                return await OpenAsync(storage, path, cancellationToken) is not { } stream ? ApiError.ContentMissing : new Content(TypedResults.Stream(
                    stream,
                    SafeContentType.Of(file.ContentType),
                    file.FileName,
                    file.ReadyAt,
                    new EntityTagHeaderValue($"\"{sha256}\""),
                    enableRangeProcessing: true));
            default: return ApiError.FileNotReady;
        }
    }

    /// <summary>Null when there is no object: its owner deletes it now, or the store is another than that which it was put in.</summary>
    private static async Task<Stream?> OpenAsync(IObjectStorage storage, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await storage.OpenReadAsync(path, cancellationToken);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The stream, with the headers that keep a browser from making a page of it.</summary>
    private sealed class Content(IResult stream) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var headers = httpContext.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
            headers.CacheControl = "private, no-cache";
            if (!httpContext.Request.Headers.Range.ToString().StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
            {
                // A unit that is not known is as good as no range (RFC 9110 §14.2); the result below takes any for bytes.
                httpContext.Request.Headers.Remove(HeaderNames.Range);
            }

            await stream.ExecuteAsync(httpContext);
            if (httpContext.Response is { StatusCode: 416, HasStarted: false })
            {
                headers.ContentDisposition = default;
                await ApiError.RangeNotSatisfiable.ExecuteAsync(httpContext);
            }
        }
    }
}
