using System.Globalization;

using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Capabilities;
using TusUpload.Protocol.Checksums;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Headers;
using TusUpload.Protocol.Stores;
using TusUpload.Protocol.Verbs;

namespace TusUpload.Protocol.Ietf;

/// <summary>POST, PUT or PATCH of the creating resource: makes an upload with what bytes come along. IETF draft, upload creation.</summary>
internal static class CreateResumable
{
    public static async Task<TusError?> HandleAsync(TusExchange exchange, IetfRequest request, ITusCreationStore store, EventRaiser events) =>
        await TryAsync(exchange, request, store, events) is { } error ? IetfAnswer.Refuse(exchange, request, error) : null;

    private static async Task<TusError?> TryAsync(TusExchange exchange, IetfRequest request, ITusCreationStore store, EventRaiser events)
    {
        var http = exchange.Http;
        if (CheckForm(exchange, request, out var completes, out var length) is { } badForm)
        {
            return badForm;
        }

        var given = http.Request.Headers[TusHeaders.UploadMetadata];
        if (MetadataHeader.TryRead(given, exchange.Options.MaxMetadataBytes, out var metadata) is { } badMetadata)
        {
            return badMetadata;
        }

        metadata = RepresentationMetadata.Add(metadata, http.Request);
        var badDigest = ContentDigest.TryRead(http.Request, exchange.Store, IetfRefusals.DigestMismatch, out var checksum);
        if ((ResumeKey.TryRead(http.Request.Headers[TusHeaders.IdempotencyKey], metadata, out var resumeKey) ?? badDigest) is { } badField)
        {
            return badField;
        }

        if (await CreateUpload.AskAsync(exchange, metadata, length) is { } refusal)
        {
            return refusal;
        }

        // Without a body there is nothing to resume, and the answer tells the same as 104.
        var opens = request.ContentLength != 0 || checksum is not null;
        var body = opens ? exchange.TryOpenBody(offset: 0, checksum) : null;
        if (opens && body is null)
        {
            return StatusPolicy.Draining;
        }

        // Not the request's token: what has arrived when the client hangs up is kept.
        var (upload, error) = await store.CreateAsync(
            new(http.User, length, metadata)
            {
                Finishes = completes,
                ResumeKey = resumeKey,
                Sha256 = DigestFields.ReadSha256Promise(http.Request),
                Sha512 = DigestFields.ReadSha512Promise(http.Request),
                OnMade = body is null || request.Version.Number is null || !InterimAnswers.Pass(http) ? null : made => AnnounceAsync(exchange, request, made),
            },
            body,
            CancellationToken.None);
        if (upload is null)
        {
            // Where 104 has told of an upload, it is gone again.
            http.Response.Headers.Remove(HeaderNames.Location);
            http.Response.Headers.Remove(UploadTokenCarrier.Header);
            return error ?? TusError.Unavailable;
        }

        exchange.UploadId = upload.Id;
        if (!upload.IsAdopted)
        {
            await events.CreatedAsync(exchange, metadata, length);
        }

        var isUnread = upload.IsAdopted && (body is null || body.Received == 0) && upload is not { Offset: 0, IsComplete: false };
        (upload, error) = isUnread ? Adopt(upload, completes) : await FinishAsync(exchange, upload, completes, error);
        ShowLocation(exchange, upload);
        IetfAnswer.ShowState(exchange, request, upload);
        if (upload.IsComplete && !isUnread)
        {
            await events.CompletedAsync(exchange, upload);
        }

        http.Response.StatusCode = StatusCodes.Status201Created;
        return error;
    }

    /// <summary>
    /// An upload of the same key that has bytes: the body, which begins at the first one, is not read. Whoever says that this was all takes 2xx for the
    /// end of the upload, so where it is not, he is told the offset as to an append that missed it.
    /// </summary>
    private static (UploadInfo Upload, TusError? Error) Adopt(UploadInfo upload, bool completes) =>
        (upload, completes && !upload.IsComplete ? IetfRefusals.OffsetMismatch(upload.Offset, provided: 0) : null);

    private static TusError? CheckForm(TusExchange exchange, IetfRequest request, out bool completes, out long? length)
    {
        completes = request.Completes ?? false;
        length = request.LengthAt(0, completes, out var agrees);
        return request switch
        {
            { Completes: null } => IetfRefusals.CompleteRequired,
            { Offset: not null } => IetfRefusals.OffsetAtCreation,
            _ when !agrees => IetfRefusals.InconsistentLength,
            _ when length > exchange.Options.MaxSize || request.ContentLength > exchange.Options.MaxSize => TusError.TooLarge,
            _ when length is null && exchange.Store is not ITusDeferredLengthStore => Refusals.DeferNotSupported,
            _ => ChunkSizes.Check(exchange.Http, exchange.Options),
        };
    }

    /// <summary>104, so that a client whose request is cut knows where to go on.</summary>
    private static async ValueTask AnnounceAsync(TusExchange exchange, IetfRequest request, UploadInfo made)
    {
        ShowLocation(exchange, made);
        var answer = exchange.Http.Response.Headers;
        var headers = new List<(string, string)>
        {
            ("Location", answer.Location.ToString()),
            (IetfHeaders.UploadLimit, IetfAnswer.LimitOf(exchange, made)),
            (IetfHeaders.InteropVersion, request.Version.Number!.Value.ToString(CultureInfo.InvariantCulture)),
        };
        if (answer[UploadTokenCarrier.Header] is { Count: > 0 } token)
        {
            headers.Add((UploadTokenCarrier.Header, token.ToString()));
        }

        await InterimConnection.TryWriteAsync(exchange.Http, headers);
    }

    /// <summary>Once: what 104 has told must not differ from the answer.</summary>
    private static void ShowLocation(TusExchange exchange, UploadInfo upload)
    {
        if (exchange.Http.Response.Headers.Location.Count == 0)
        {
            exchange.ShowLocation(upload);
        }
    }

    /// <summary>
    /// A body that was cut short is an error here, unlike in tus: a client that sent all it has takes 2xx for the end.
    /// </summary>
    private static async Task<(UploadInfo Upload, TusError? Error)> FinishAsync(
        TusExchange exchange, UploadInfo upload, bool completes, TusError? error)
    {
        var body = exchange.Body;
        if (upload.IsComplete || (body is null && upload.Length is not null))
        {
            return (upload, completes && !upload.IsComplete ? IetfRefusals.InconsistentLength : null);
        }

        if (body is not null && (error is not null || body.End != BodyEnd.Completed))
        {
            return await ResumableEnding.OfCutBodyAsync(exchange, upload, body, error);
        }

        return completes ? await ResumableEnding.CompleteAsync(exchange, upload) : (upload, null);
    }
}
