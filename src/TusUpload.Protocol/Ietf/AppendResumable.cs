using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Checksums;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Headers;
using TusUpload.Protocol.Stores;
using TusUpload.Protocol.Verbs;

namespace TusUpload.Protocol.Ietf;

/// <summary>PATCH of an upload: appends bytes, and completes it where the client says that these were the last. IETF draft, upload append.</summary>
internal static class AppendResumable
{
    public static async Task<TusError?> HandleAsync(TusExchange exchange, IetfRequest request, EventRaiser events)
    {
        if (CheckForm(exchange, request, out var checksum) is { } badForm)
        {
            return IetfAnswer.Refuse(exchange, request, badForm);
        }

        var (known, missing) = await exchange.PeekAsync();
        if (known is null)
        {
            return missing ?? TusError.NotFound;
        }

        var (upload, error) = await AppendAsync(exchange, request, known, checksum);
        if (upload is null)
        {
            return await RefuseAsync(exchange, request, error ?? TusError.Unavailable);
        }

        IetfAnswer.ShowState(exchange, request, upload);
        if (error is not null)
        {
            return IetfAnswer.Refuse(exchange, request, error);
        }

        if (!upload.IsComplete)
        {
            exchange.Http.Response.StatusCode = StatusCodes.Status204NoContent;
            return null;
        }

        // What the request that made the upload would have been answered.
        exchange.ShowLocation(upload);
        exchange.Http.Response.StatusCode = StatusCodes.Status201Created;
        if (upload.IsNewlyComplete || exchange.Body?.Received > 0)
        {
            await events.CompletedAsync(exchange, upload);
        }

        return null;
    }

    private static TusError? CheckForm(TusExchange exchange, IetfRequest request, out BodyChecksum? checksum)
    {
        var http = exchange.Http;
        var badDigest = ContentDigest.TryRead(http.Request, exchange.Store, IetfRefusals.DigestMismatch, out checksum);
        return request switch
        {
            { Version.TakesAnyContentType: false } when !MediaType.Is(http.Request.ContentType, IetfHeaders.PartialUpload) =>
                IetfRefusals.WrongContentType,
            { Completes: null, Version.AppendCompletesByDefault: false } => IetfRefusals.CompleteRequired,
            { Offset: null } => IetfRefusals.InvalidOffset,
            _ => badDigest ?? ChunkSizes.Check(http, exchange.Options),
        };
    }

    private static async Task<TusResult<UploadInfo>> AppendAsync(
        TusExchange exchange, IetfRequest request, UploadInfo known, BodyChecksum? checksum)
    {
        var (offset, completes) = (request.Offset!.Value, request.Completes ?? true);

        // Opened before anything is changed: a server that shuts down refuses the whole request.
        if (exchange.TryOpenBody(offset, checksum) is not { } body)
        {
            return StatusPolicy.Draining;
        }

        // At another offset, what the request says of the length is about another upload than this one.
        long? told = null;
        if (known.Offset == offset && !known.IsComplete && CheckLength(exchange, request, known, out told) is { } refusal)
        {
            return refusal;
        }

        // A digest that does not match leaves the upload as it was, its length too: so the length then waits for the bytes.
        var append = new AppendRequest(exchange.UploadId, exchange.Http.User, offset) { Finishes = completes };
        var (declared, trouble) = told is null || checksum is not null ? default : await DeclareAsync(exchange, append, told.Value);
        if (trouble is not null)
        {
            return trouble;
        }

        // Not the request's token: what has arrived when the client hangs up is kept.
        append = append with { Length = checksum is null ? null : told };
        var (upload, error) = await exchange.Store.AppendAsync(append, body, CancellationToken.None);
        if (upload is null)
        {
            return error ?? StatusPolicy.ForBody(body.End) ?? TusError.Unavailable;
        }

        if (upload.IsComplete)
        {
            return declared is { Completes: true } ? upload with { Sha256 = declared.Upload.Sha256, IsNewlyComplete = true } : upload;
        }

        if (error is not null || body.End != BodyEnd.Completed)
        {
            var cut = await ResumableEnding.OfCutBodyAsync(exchange, upload, body, error);
            return new(cut.Upload, cut.Error);
        }

        if (!completes || upload.Concat is not null)
        {
            return upload;
        }

        var ending = await ResumableEnding.CompleteAsync(exchange, upload);
        return new(ending.Upload, ending.Error);
    }

    /// <param name="length">What the request tells of a length that is not known yet; null when it tells nothing new.</param>
    private static TusError? CheckLength(TusExchange exchange, IetfRequest request, UploadInfo known, out long? length)
    {
        length = null;
        var told = request.LengthAt(known.Offset, request.Completes ?? true, out var agrees);
        var end = known.Offset + (request.ContentLength ?? 0);
        if (!agrees || (told is not null && known.Length is not null && told != known.Length) || end > known.Length || told < known.Offset)
        {
            return IetfRefusals.InconsistentLength;
        }

        if (told > exchange.Options.MaxSize || end > exchange.Options.MaxSize)
        {
            return TusError.TooLarge;
        }

        length = known.Length is null && exchange.Store is ITusDeferredLengthStore ? told : null;
        return null;
    }

    /// <summary>Not under the request's token: the length and the bytes after it belong together.</summary>
    private static Task<TusResult<DeclaredLength>> DeclareAsync(TusExchange exchange, AppendRequest append, long length) =>
        ((ITusDeferredLengthStore)exchange.Store).DeclareLengthAsync(append, length, CancellationToken.None);

    private static async Task<TusError> RefuseAsync(TusExchange exchange, IetfRequest request, TusError error)
    {
        // What a live writer has not committed yet nobody can tell: then nothing is said, rather than the offset that was refused.
        if (error == TusError.OffsetMismatch && (await exchange.PeekAsync()).Value is { } stands && stands.Offset != request.Offset)
        {
            IetfAnswer.ShowState(exchange, request, stands);
            error = IetfRefusals.OffsetMismatch(stands.Offset, request.Offset!.Value);
        }
        else if (error == TusError.Completed)
        {
            error = request.Version.HasCompletedProblem ? IetfRefusals.CompletedByType : IetfRefusals.Completed;
        }
        else if (error == TusError.LengthAlreadySet || error == TusError.LengthBelowOffset || error == TusError.BodyTooLong)
        {
            error = IetfRefusals.InconsistentLength;
        }

        return IetfAnswer.Refuse(exchange, request, error);
    }
}
