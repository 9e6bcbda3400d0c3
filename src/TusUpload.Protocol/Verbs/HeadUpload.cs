using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Headers;

namespace TusUpload.Protocol.Verbs;

/// <summary>HEAD: where the upload stands. tus 1.0.0, core protocol.</summary>
internal static class HeadUpload
{
    public static async Task<TusError?> HandleAsync(TusExchange exchange)
    {
        var http = exchange.Http;
        var (upload, error) = await exchange.Store.FindAsync(exchange.UploadId, http.User, http.RequestAborted);
        if (error is not null || upload is null)
        {
            return error ?? TusError.NotFound;
        }

        var headers = http.Response.Headers;
        if (upload.IsUnfinishedFinal)
        {
            exchange.ShowExpiry(upload);
        }
        else
        {
            exchange.ShowProgress(upload);
        }

        if (upload.Concat is { } concat)
        {
            headers[TusHeaders.UploadConcat] = concat;
        }

        if (upload.Length is { } length)
        {
            headers[TusHeaders.UploadLength] = SizeHeader.Format(length);
        }
        else if (!upload.IsUnfinishedFinal)
        {
            headers[TusHeaders.UploadDeferLength] = TusHeaders.One;
        }

        if (upload.Metadata is { } metadata)
        {
            headers[TusHeaders.UploadMetadata] = metadata;
        }

        http.Response.StatusCode = StatusCodes.Status200OK;
        return null;
    }
}
