using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Checksums;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Events;
using TusUpload.Protocol.Headers;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Verbs;

/// <summary>
/// POST: makes an upload, with its first bytes where the client sends them along. tus 1.0.0, creation and creation-with-upload.
/// </summary>
internal static class CreateUpload
{
    public static async Task<TusError?> HandleAsync(TusExchange exchange, ITusCreationStore store, EventRaiser events)
    {
        var http = exchange.Http;
        if (ConcatHeader.TryRead(http.Request.Headers[TusHeaders.UploadConcat], http.Request.Path, out var concat) is { } badConcat)
        {
            return badConcat;
        }

        if (concat is not null && exchange.Store is not ITusConcatenationStore)
        {
            return Refusals.ConcatNotSupported;
        }

        if (concat is { IsFinal: true })
        {
            return await ConcatenateUploads.HandleAsync(exchange, concat, events);
        }

        var carriesBytes = MediaType.IsBytes(http.Request.ContentType);
        var hasBody = UnreadBody.IsExpected(http);
        if (hasBody && !carriesBytes)
        {
            return Refusals.WrongContentType;
        }

        if (TryReadLength(exchange, out var length) is { } badLength)
        {
            return badLength;
        }

        var given = http.Request.Headers[TusHeaders.UploadMetadata];
        if (MetadataHeader.TryRead(given, exchange.Options.MaxMetadataBytes, out var metadata) is { } badMetadata)
        {
            return badMetadata;
        }

        if (ResumeKey.TryRead(http.Request.Headers[TusHeaders.IdempotencyKey], metadata, out var resumeKey) is { } badKey)
        {
            return badKey;
        }

        // It speaks of a body: without one it is not looked at, since clients send headers of their own with every request.
        BodyChecksum? checksum = null;
        if (carriesBytes && ChecksumHeader.TryRead(http.Request, exchange.Store, out checksum) is { } badChecksum)
        {
            return badChecksum;
        }

        if (ChunkSizes.Check(http, exchange.Options) is { } tooMuch)
        {
            return tooMuch;
        }

        if (length > exchange.Options.MaxSize)
        {
            return TusError.TooLarge;
        }

        if (hasBody && http.Request.ContentLength > (length ?? exchange.Options.MaxSize))
        {
            return TusError.BodyTooLong;
        }

        if (await AskAsync(exchange, metadata, length) is { } refusal)
        {
            return refusal;
        }

        // Nothing at all has a checksum as well.
        var opens = hasBody || checksum is not null;
        var body = opens ? exchange.TryOpenBody(offset: 0, checksum) : null;
        if (opens && body is null)
        {
            return StatusPolicy.Draining;
        }

        // Not the request's token: what has arrived when the client hangs up is kept.
        var (upload, error) = await store.CreateAsync(
            new(http.User, length, metadata)
            {
                ResumeKey = resumeKey,
                IsPartial = concat is not null,
                Sha256 = concat is null ? DigestFields.ReadSha256Promise(http.Request) : null,
                Sha512 = concat is null ? DigestFields.ReadSha512Promise(http.Request) : null,
            },
            body,
            CancellationToken.None);
        if (upload is null)
        {
            return error ?? TusError.Unavailable;
        }

        exchange.UploadId = upload.Id;
        exchange.ShowLocation(upload);
        ChunkSizes.Show(http, exchange.Options);
        if (upload.Concat is { } kind)
        {
            http.Response.Headers[TusHeaders.UploadConcat] = kind;
        }

        exchange.ShowExpiry(upload);
        if (carriesBytes)
        {
            exchange.ShowProgress(upload);
        }

        if (!upload.IsAdopted)
        {
            await events.CreatedAsync(exchange, metadata, length);
        }

        if (upload.IsComplete && ((upload.Offset == 0 && !upload.IsAdopted) || body?.Received > 0))
        {
            await events.CompletedAsync(exchange, upload);
        }

        http.Response.StatusCode = StatusCodes.Status201Created;
        // A body that was cut short is no error here: the client goes on at Upload-Offset.
        return error ?? (body?.End == BodyEnd.TooLong ? TusError.BodyTooLong : null);
    }

    private static TusError? TryReadLength(TusExchange exchange, out long? length)
    {
        var headers = exchange.Http.Request.Headers;
        var defer = headers[TusHeaders.UploadDeferLength];
        if (!SizeHeader.TryRead(headers[TusHeaders.UploadLength], out length))
        {
            return Refusals.InvalidLength;
        }

        if (defer.Count == 0)
        {
            return length is null ? Refusals.LengthRequired : null;
        }

        if (length is not null || defer != TusHeaders.One)
        {
            return Refusals.LengthRequired;
        }

        return exchange.Store is ITusDeferredLengthStore ? null : Refusals.DeferNotSupported;
    }

    /// <summary>Lets the application refuse the upload.</summary>
    internal static async ValueTask<TusError?> AskAsync(TusExchange exchange, UploadMetadata metadata, long? length)
    {
        if (exchange.Events.OnBeforeCreate is not { } ask)
        {
            return null;
        }

        var context = new BeforeCreateContext(exchange.Http, metadata, length);
        await ask(context);
        return context.Refusal;
    }
}
