using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Checksums;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Headers;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Verbs;

/// <summary>
/// PATCH: appends bytes at the client's offset, after a length that was deferred has been told. tus 1.0.0, core protocol and
/// creation-defer-length.
/// </summary>
internal static class PatchUpload
{
    public static async Task<TusError?> HandleAsync(TusExchange exchange, EventRaiser events)
    {
        var http = exchange.Http;
        var headers = http.Request.Headers;
        if (!MediaType.IsBytes(http.Request.ContentType))
        {
            return Refusals.WrongContentType;
        }

        if (!SizeHeader.TryRead(headers[TusHeaders.UploadOffset], out var given) || given is not { } offset)
        {
            return Refusals.InvalidOffset;
        }

        if (!SizeHeader.TryRead(headers[TusHeaders.UploadLength], out var declared))
        {
            return Refusals.InvalidLength;
        }

        if (ChecksumHeader.TryRead(http.Request, exchange.Store, out var checksum) is { } badChecksum)
        {
            return badChecksum;
        }

        if (ChunkSizes.Check(http, exchange.Options) is { } tooMuch)
        {
            return tooMuch;
        }

        // Opened before anything is changed: a server that shuts down refuses the whole request.
        var body = exchange.TryOpenBody(offset, checksum);
        if (body is null)
        {
            return StatusPolicy.Draining;
        }

        // A checksum that does not match leaves the upload as it was, its length too: so the length then waits for the bytes.
        var told = checksum is null ? null : declared;
        var completedByLength = told is not null;
        if (declared is { } length)
        {
            var refusal = RefuseLength(exchange, length);
            if (refusal is null && told is null)
            {
                (refusal, completedByLength) = await DeclareAsync(exchange, offset, length);
            }

            if (refusal is not null)
            {
                return await RefuseAsync(exchange, refusal, offset);
            }
        }

        // Not the request's token: what has arrived when the client hangs up is kept.
        var (upload, error) = await exchange.Store.AppendAsync(
            new(exchange.UploadId, http.User, offset) { Length = told }, body, CancellationToken.None);
        if (upload is null)
        {
            return await RefuseAsync(exchange, error ?? StatusPolicy.ForBody(body.End) ?? TusError.Unavailable, offset);
        }

        exchange.ShowProgress(upload);
        if (upload.IsComplete && (completedByLength || body.Received > 0 || upload.IsNewlyComplete))
        {
            await events.CompletedAsync(exchange, upload);
        }

        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return error ?? StatusPolicy.ForBody(body.End);
    }

    /// <summary>
    /// Tells a client that stands elsewhere where the upload is: TUSKit goes on there without a HEAD; others ask in any case. What a live writer has
    /// not committed yet nobody can tell: then nothing is said, rather than the offset that was refused.
    /// </summary>
    private static async ValueTask<TusError> RefuseAsync(TusExchange exchange, TusError error, long asked)
    {
        if (error == TusError.OffsetMismatch && exchange.Store is ITusPeekStore && (await exchange.PeekAsync()).Value is { } upload
            && upload.Offset != asked)
        {
            exchange.Http.Response.Headers[TusHeaders.UploadOffset] = SizeHeader.Format(upload.Offset);
        }

        return error;
    }

    private static TusError? RefuseLength(TusExchange exchange, long length) => exchange.Store is not ITusDeferredLengthStore
        ? TusError.LengthAlreadySet
        : length > exchange.Options.MaxSize ? TusError.TooLarge : null;

    /// <summary>Fixes the length. The flag is true when that alone made the upload complete, which only an event asks about.</summary>
    private static async ValueTask<(TusError? Refusal, bool Completed)> DeclareAsync(TusExchange exchange, long offset, long length)
    {
        // Not the request's token: the length and the bytes after it belong together.
        var (declared, error) = await ((ITusDeferredLengthStore)exchange.Store).DeclareLengthAsync(
            new(exchange.UploadId, exchange.Http.User, offset), length, CancellationToken.None);
        return (error, declared is { Completes: true });
    }
}
