using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Protocol.Verbs;

namespace TusUpload.Protocol.Ietf;

/// <summary>How a body ends that did not bring its upload to the end by itself.</summary>
internal static class ResumableEnding
{
    /// <summary>
    /// The client said that this was all, and all of it arrived. Of an upload without a length the offset is the length: dying before this
    /// leaves it incomplete, and an empty append completes it. With a length, bytes are missing.
    /// </summary>
    public static async Task<(UploadInfo Upload, TusError? Error)> CompleteAsync(TusExchange exchange, UploadInfo upload)
    {
        if (upload.Length is not null || exchange.Store is not ITusDeferredLengthStore store)
        {
            return (upload, IetfRefusals.InconsistentLength);
        }

        var (declared, error) = await store.DeclareLengthAsync(
            new(upload.Id, exchange.Http.User, upload.Offset), upload.Offset, CancellationToken.None);
        return (declared is null ? upload : declared.Upload with { IsNewlyComplete = declared.Completes }, error);
    }

    /// <summary>
    /// What has arrived is kept. A body that reaches past the length that the client told is nothing that passes: no byte of the upload can be
    /// trusted any more, so it ends, as the protocol demands.
    /// </summary>
    public static async Task<(UploadInfo Upload, TusError? Error)> OfCutBodyAsync(
        TusExchange exchange, UploadInfo upload, TusBody body, TusError? error)
    {
        if (body.End != BodyEnd.TooLong)
        {
            return (upload, error ?? StatusPolicy.ForBody(body.End) ?? TusError.Unavailable);
        }

        if (upload.Length is null)
        {
            return (upload, TusError.TooLarge);
        }

        if (exchange.Store is ITusTerminationStore store)
        {
            await store.TerminateAsync(upload.Id, exchange.Http.User, CancellationToken.None);
        }

        return (upload, IetfRefusals.InconsistentLength);
    }
}
