using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Checksums;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Headers;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Verbs;

/// <summary>What a POST says of the upload that it asks for, once every header was found well formed.</summary>
/// <param name="Length">Upload-Length in bytes; null when it is deferred.</param>
/// <param name="Checksum">What its body must hash to; null without one.</param>
/// <param name="CarriesBytes">It is a creation with upload, be it of no bytes.</param>
/// <param name="HasBody">A body follows.</param>
internal sealed record CreationForm(
    long? Length, UploadMetadata Metadata, string? ResumeKey, BodyChecksum? Checksum, bool CarriesBytes, bool HasBody)
{
    /// <summary>Null when it is well formed; otherwise the first reason why it is not.</summary>
    public static TusError? TryRead(TusExchange exchange, out CreationForm? form)
    {
        form = null;
        var (request, options) = (exchange.Http.Request, exchange.Options);
        var carriesBytes = MediaType.IsBytes(request.ContentType);
        var hasBody = UnreadBody.IsExpected(exchange.Http);
        if (hasBody && !carriesBytes)
        {
            return Refusals.WrongContentType;
        }

        // A checksum speaks of a body: without one it is not looked at, since clients send headers of their own with every request.
        BodyChecksum? checksum = null;
        string? key = null;
        var metadata = UploadMetadata.Empty;
        var refusal = TryReadLength(exchange, out var length)
            ?? MetadataHeader.TryRead(request.Headers[TusHeaders.UploadMetadata], options.MaxMetadataBytes, out metadata)
            ?? Headers.ResumeKey.TryRead(request.Headers[TusHeaders.IdempotencyKey], metadata, out key)
            ?? (carriesBytes ? ChecksumHeader.TryRead(request, exchange.Store, out checksum) : null)
            ?? ChunkSizes.Check(exchange.Http, options)
            ?? (length > options.MaxSize ? TusError.TooLarge : null)
            ?? (hasBody && request.ContentLength > (length ?? options.MaxSize) ? TusError.BodyTooLong : null);
        form = refusal is null ? new(length, metadata, key, checksum, carriesBytes, hasBody) : null;
        return refusal;
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
}
