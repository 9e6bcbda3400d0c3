using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Headers;

namespace TusUpload.Protocol.Ietf;

/// <summary>What a request of the IETF protocol says of its upload. Fields of another type than they should have are not there.</summary>
/// <param name="Completes">Upload-Complete: whether this body is the rest of the upload; null when the client does not say.</param>
internal sealed record IetfRequest(InteropVersion Version, bool? Completes, long? Offset, long? UploadLength, long? ContentLength)
{
    /// <summary>The request as the IETF protocol; null for a request of tus, or of neither.</summary>
    public static IetfRequest? TryRead(HttpRequest request, bool isUpload) => IsSpoken(request, isUpload) ? Read(request) : null;

    /// <summary>What the request asks for. POST, PUT and PATCH of the creating resource all make an upload.</summary>
    public static TusVerb VerbOf(HttpRequest request, bool isUpload) => request.Method switch
    {
        var method when HttpMethods.IsOptions(method) => TusVerb.Options,
        var method when HttpMethods.IsHead(method) || HttpMethods.IsGet(method) => isUpload ? TusVerb.Head : TusVerb.None,
        var method when HttpMethods.IsDelete(method) => TusVerb.Delete,
        var method when HttpMethods.IsPatch(method) => isUpload ? TusVerb.Patch : TusVerb.Create,
        var method when HttpMethods.IsPost(method) || HttpMethods.IsPut(method) => TusVerb.Create,
        _ => TusVerb.None,
    };

    /// <summary>
    /// tus names itself in every request, so what does not is the other protocol where it has a word of that. The standard will have no version
    /// header: HEAD, GET and DELETE of an upload say nothing at all.
    /// </summary>
    public static bool IsSpoken(HttpRequest request, bool isUpload)
    {
        var headers = request.Headers;
        if (headers.ContainsKey(TusHeaders.TusResumable) || HttpMethods.IsOptions(request.Method))
        {
            return false;
        }

        if (headers.ContainsKey(IetfHeaders.InteropVersion) || headers.ContainsKey(IetfHeaders.UploadComplete)
            || headers.ContainsKey(IetfHeaders.UploadIncomplete) || MediaType.Is(request.ContentType, IetfHeaders.PartialUpload))
        {
            return true;
        }

        return isUpload && !headers.ContainsKey(TusHeaders.MethodOverride)
            && (HttpMethods.IsHead(request.Method) || HttpMethods.IsGet(request.Method) || HttpMethods.IsDelete(request.Method));
    }

    /// <summary>The length that the request tells when its body begins at <paramref name="offset"/>; null when it tells none.</summary>
    /// <param name="agrees">False when it tells two that differ, or one that its own body reaches past.</param>
    public long? LengthAt(long offset, bool completes, out bool agrees)
    {
        var end = ContentLength is { } content ? Math.Min(offset, long.MaxValue - content) + content : (long?)null;
        agrees = UploadLength is not { } told || (completes ? end is null || end == told : !(end > told));
        return UploadLength ?? (completes ? end : null);
    }

    private static IetfRequest Read(HttpRequest request)
    {
        var headers = request.Headers;
        var version = InteropVersion.Of(request);
        var completes = version.SaysIncomplete
            ? !StructuredField.ReadBoolean(headers[IetfHeaders.UploadIncomplete])
            : StructuredField.ReadBoolean(headers[IetfHeaders.UploadComplete]);
        return new(
            version,
            completes,
            StructuredField.ReadSize(headers[TusHeaders.UploadOffset]),
            StructuredField.ReadSize(headers[TusHeaders.UploadLength]),
            UnreadBody.IsExpected(request.HttpContext) ? request.ContentLength : 0);
    }
}
