using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Bodies;
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
        if (CheckForm(exchange, request) is { } badForm)
        {
            return IetfAnswer.Refuse(exchange, request, badForm);
        }

        var completes = request.Completes ?? true;
        var (known, missing) = await exchange.PeekAsync();
        if (known is null)
        {
            return missing ?? TusError.NotFound;
        }

        var (upload, error) = await AppendAsync(exchange, request, known, completes);
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
        exchange.Http.Response.Headers.Location = UploadLocation.OfUpload(exchange.Http.Request);
        exchange.Http.Response.StatusCode = StatusCodes.Status201Created;
        if (!known.IsComplete)
        {
            await events.CompletedAsync(exchange, upload);
        }

        return null;
    }

    private static TusError? CheckForm(TusExchange exchange, IetfRequest request) => request switch
    {
        { Version.TakesAnyContentType: false } when !MediaType.Is(exchange.Http.Request.ContentType, IetfHeaders.PartialUpload) =>
            IetfRefusals.WrongContentType,
        { Completes: null, Version.AppendCompletesByDefault: false } => IetfRefusals.CompleteRequired,
        { Offset: null } => IetfRefusals.InvalidOffset,
        _ => null,
    };

    private static async Task<TusResult<UploadInfo>> AppendAsync(TusExchange exchange, IetfRequest request, UploadInfo known, bool completes)
    {
        var offset = request.Offset!.Value;

        // Opened before anything is changed: a server that shuts down refuses the whole request.
        if (exchange.TryOpenBody(offset) is not { } body)
        {
            return StatusPolicy.Draining;
        }

        // At another offset, what the request says of the length is about another upload than this one.
        var stands = known.Offset == offset;
        if (stands && !known.IsComplete && await SettleLengthAsync(exchange, request, known, completes) is { } refusal)
        {
            return refusal;
        }

        // Not the request's token: what has arrived when the client hangs up is kept.
        var append = new AppendRequest(exchange.UploadId, exchange.Http.User, offset) { Finishes = completes };
        var (upload, error) = await exchange.Store.AppendAsync(append, body, CancellationToken.None);
        if (upload is null)
        {
            return error ?? StatusPolicy.ForBody(body.End) ?? TusError.Unavailable;
        }

        if (upload.IsComplete)
        {
            return upload;
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

    private static async Task<TusError?> SettleLengthAsync(TusExchange exchange, IetfRequest request, UploadInfo known, bool completes)
    {
        var told = request.LengthAt(known.Offset, completes, out var agrees);
        var end = known.Offset + (request.ContentLength ?? 0);
        if (!agrees || (told is not null && known.Length is not null && told != known.Length) || end > known.Length || told < known.Offset)
        {
            return IetfRefusals.InconsistentLength;
        }

        if (told > exchange.Options.MaxSize || end > exchange.Options.MaxSize)
        {
            return TusError.TooLarge;
        }

        if (told is not { } length || known.Length is not null || exchange.Store is not ITusDeferredLengthStore store)
        {
            return null;
        }

        // Not the request's token: the length and the bytes after it belong together.
        var append = new AppendRequest(exchange.UploadId, exchange.Http.User, known.Offset) { Finishes = completes };
        return (await store.DeclareLengthAsync(append, length, CancellationToken.None)).Error;
    }

    private static async Task<TusError> RefuseAsync(TusExchange exchange, IetfRequest request, TusError error)
    {
        if (error == TusError.OffsetMismatch && (await exchange.PeekAsync()).Value is { } stands)
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
