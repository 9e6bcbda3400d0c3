using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Headers;
using TusUpload.Protocol.Verbs;

namespace TusUpload.Protocol.Ietf;

/// <summary>HEAD or GET of an upload: where it stands. IETF draft, offset retrieval.</summary>
internal static class RetrieveOffset
{
    public static async Task<TusError?> HandleAsync(TusExchange exchange, IetfRequest request)
    {
        if (CheckState(exchange, request) is { } badForm)
        {
            return badForm;
        }

        var http = exchange.Http;
        var (upload, error) = await exchange.Store.FindAsync(exchange.UploadId, http.User, http.RequestAborted);
        if (error is not null || upload is null)
        {
            return error ?? TusError.NotFound;
        }

        IetfAnswer.ShowState(exchange, request, upload);
        if (upload.Length is { } length)
        {
            http.Response.Headers[TusHeaders.UploadLength] = SizeHeader.Format(length);
        }

        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }

    /// <summary>Also for DELETE.</summary>
    public static TusError? CheckState(TusExchange exchange, IetfRequest request)
    {
        var headers = exchange.Http.Request.Headers;
        var tells = headers.ContainsKey(TusHeaders.UploadOffset)
            || headers.ContainsKey(request.Version.SaysIncomplete ? IetfHeaders.UploadIncomplete : IetfHeaders.UploadComplete);
        return tells && request.Version.RefusesStateWithoutBody ? IetfRefusals.StateNotAllowed : null;
    }
}
