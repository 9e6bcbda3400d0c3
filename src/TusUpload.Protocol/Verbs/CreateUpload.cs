using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Events;
using TusUpload.Protocol.Headers;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Verbs;

/// <summary>
/// POST: makes an upload, with its first bytes where the client sends them along. tus 1.0.0, creation and creation-with-upload.
/// 1 an upload of its own or one of several, 2 the request's form, 3 the application, 4 the store, 5 the answer.
/// </summary>
internal static class CreateUpload
{
    public static async Task<TusError?> HandleAsync(TusExchange exchange, ITusCreationStore store, EventRaiser events)
    {
        // 1.
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

        // 2. and 3.
        if (CreationForm.TryRead(exchange, out var form) is { } badForm)
        {
            return badForm;
        }

        if (await AskAsync(exchange, form!.Metadata, form.Length) is { } refusal)
        {
            return refusal;
        }

        // 4. Nothing at all has a checksum as well.
        var opens = form.HasBody || form.Checksum is not null;
        if (opens && exchange.TryOpenBody(offset: 0, form.Checksum) is null)
        {
            return StatusPolicy.Draining;
        }

        // Not the request's token: what has arrived when the client hangs up is kept.
        var (upload, error) = await store.CreateAsync(Describe(http, form, concat is not null), exchange.Body, CancellationToken.None);
        if (upload is null)
        {
            return error ?? TusError.Unavailable;
        }

        // 5. A body that was cut short is no error here: the client goes on at Upload-Offset.
        await AnswerAsync(exchange, form, upload, events);
        return error ?? (exchange.Body?.End == BodyEnd.TooLong ? TusError.BodyTooLong : null);
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

    private static CreateRequest Describe(HttpContext http, CreationForm form, bool isPartial) =>
        new(http.User, form.Length, form.Metadata)
        {
            ResumeKey = form.ResumeKey,
            IsPartial = isPartial,
            Sha256 = isPartial ? null : DigestFields.ReadSha256Promise(http.Request),
            Sha512 = isPartial ? null : DigestFields.ReadSha512Promise(http.Request),
        };

    private static async ValueTask AnswerAsync(TusExchange exchange, CreationForm form, UploadInfo upload, EventRaiser events)
    {
        var http = exchange.Http;
        exchange.UploadId = upload.Id;
        exchange.ShowLocation(upload);
        ChunkSizes.Show(http, exchange.Options);
        if (upload.Concat is { } kind)
        {
            http.Response.Headers[TusHeaders.UploadConcat] = kind;
        }

        exchange.ShowExpiry(upload);
        if (form.CarriesBytes)
        {
            exchange.ShowProgress(upload);
        }

        if (!upload.IsAdopted)
        {
            await events.CreatedAsync(exchange, form.Metadata, form.Length);
        }

        if (upload.IsComplete && ((upload.Offset == 0 && !upload.IsAdopted) || exchange.Body?.Received > 0))
        {
            await events.CompletedAsync(exchange, upload);
        }

        http.Response.StatusCode = StatusCodes.Status201Created;
    }
}
