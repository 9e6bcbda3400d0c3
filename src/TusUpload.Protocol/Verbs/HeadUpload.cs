using System.IO.Pipelines;

using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Headers;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Verbs;

/// <summary>HEAD: where the upload stands. tus 1.0.0, core protocol.</summary>
internal static class HeadUpload
{
    public static async Task<TusError?> HandleAsync(TusExchange exchange, EventRaiser events)
    {
        var http = exchange.Http;
        var (upload, error) = await exchange.Store.FindAsync(exchange.UploadId, http.User, http.RequestAborted);
        if (error is not null || upload is null)
        {
            return error ?? TusError.NotFound;
        }

        if (upload is { IsOpen: true, Concat: null } && upload.Offset == upload.Length)
        {
            (upload, error) = await CompleteAsync(exchange, upload, events);
            if (upload is null)
            {
                return error ?? TusError.Unavailable;
            }
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

    /// <summary>
    /// Begun in the IETF protocol, which has a word of its own for the end. A client of tus takes an offset that is the length for the end, and
    /// would never come back.
    /// </summary>
    private static async Task<TusResult<UploadInfo>> CompleteAsync(TusExchange exchange, UploadInfo upload, EventRaiser events)
    {
        var nothing = new TusBody(PipeReader.Create(Stream.Null), length: 0);

        // Not the request's token: a completion that has begun is finished.
        var result = await exchange.Store.AppendAsync(
            new(upload.Id, exchange.Http.User, upload.Offset), nothing, CancellationToken.None);
        if (result.Value is { IsNewlyComplete: true } complete)
        {
            await events.CompletedAsync(exchange, complete);
        }

        return result;
    }
}
