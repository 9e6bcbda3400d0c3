using System.Globalization;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Headers;
using TusUpload.Protocol.Stores;
using TusUpload.Protocol.Verbs;

namespace TusUpload.Protocol.Ietf;

/// <summary>What answers of the IETF protocol carry.</summary>
internal static class IetfAnswer
{
    /// <summary>On every answer: the version that the request named.</summary>
    public static void Begin(HttpContext http, IetfRequest request)
    {
        if (request.Version.Number is { } number)
        {
            http.Response.Headers[IetfHeaders.InteropVersion] = number.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Whether the upload is complete, in the words of the request's version.</summary>
    public static void ShowCompleteness(TusExchange exchange, IetfRequest request, bool complete)
    {
        var name = request.Version.SaysIncomplete ? IetfHeaders.UploadIncomplete : IetfHeaders.UploadComplete;
        exchange.Http.Response.Headers[name] = complete != request.Version.SaysIncomplete ? IetfHeaders.True : IetfHeaders.False;
    }

    /// <summary>Offset, completeness and limits.</summary>
    public static void ShowState(TusExchange exchange, IetfRequest request, UploadInfo upload)
    {
        var http = exchange.Http;
        http.Response.Headers[TusHeaders.UploadOffset] = SizeHeader.Format(upload.Offset);
        http.Response.Headers[IetfHeaders.UploadLimit] = LimitOf(exchange, upload);
        ShowCompleteness(exchange, request, upload.IsComplete);
        DigestFields.Show(http, upload.IsComplete ? upload.Sha256 : null);
    }

    public static string LimitOf(TusExchange exchange, UploadInfo upload) =>
        UploadLimit.Of(exchange.Options, upload.IsComplete ? null : upload.ExpiresAt, exchange.Http.RequestServices.GetRequiredService<TimeProvider>());

    /// <summary>A refusal that has to do with the upload itself and not with what became of its bytes. 413 tells the limits.</summary>
    public static TusError Refuse(TusExchange exchange, IetfRequest request, TusError error)
    {
        ShowCompleteness(exchange, request, complete: false);
        if (error.Status == 413)
        {
            exchange.Http.Response.Headers[IetfHeaders.UploadLimit] = UploadLimit.Of(exchange.Options, exchange.Store);
        }

        return error;
    }
}
