using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Headers;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Verbs;

/// <summary>POST of a final upload: makes one of several partial uploads. tus 1.0.0, concatenation and concatenation-unfinished.</summary>
internal static class ConcatenateUploads
{
    public static async Task<TusError?> HandleAsync(TusExchange exchange, ConcatHeader concat, EventRaiser events)
    {
        var http = exchange.Http;
        var headers = http.Request.Headers;

        // Its length is that of its parts, and so are its bytes.
        if (headers[TusHeaders.UploadLength].Count > 0 || headers[TusHeaders.UploadDeferLength].Count > 0
            || (UnreadBody.IsExpected(http) && http.Request.ContentLength != 0))
        {
            return Refusals.FinalHasContent;
        }

        var given = headers[TusHeaders.UploadMetadata];
        if (MetadataHeader.TryRead(given, exchange.Options.MaxMetadataBytes, out var metadata) is { } badMetadata)
        {
            return badMetadata;
        }

        if (ResumeKey.TryRead(headers[TusHeaders.IdempotencyKey], metadata, out var resumeKey) is { } badKey)
        {
            return badKey;
        }

        if (await CreateUpload.AskAsync(exchange, metadata, length: null) is { } refusal)
        {
            return refusal;
        }

        // Not the request's token: what has begun is finished, and the same request again finds it.
        var (upload, error) = await ((ITusConcatenationStore)exchange.Store).ConcatenateAsync(
            new(http.User, concat.Parts!, concat.Raw, metadata) { ResumeKey = resumeKey, Largest = exchange.Options.MaxSize },
            CancellationToken.None);
        if (upload is null)
        {
            return error ?? TusError.Unavailable;
        }

        exchange.UploadId = upload.Id;
        exchange.ShowLocation(upload);
        http.Response.Headers[TusHeaders.UploadConcat] = upload.Concat;
        exchange.ShowExpiry(upload);
        if (!upload.IsAdopted)
        {
            await events.CreatedAsync(exchange, metadata, upload.Length);
            if (upload.IsComplete)
            {
                await events.CompletedAsync(exchange, upload);
            }
        }

        http.Response.StatusCode = StatusCodes.Status201Created;
        return error;
    }
}
