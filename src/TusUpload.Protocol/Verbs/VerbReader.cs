using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Headers;

namespace TusUpload.Protocol.Verbs;

/// <summary>
/// tus 1.0.0, X-HTTP-Method-Override: where it is given, the request's own method counts for nothing. Except OPTIONS: that endpoint is open
/// to all, and an override would carry any verb past the authorisation.
/// </summary>
internal static class VerbReader
{
    public static TusVerb Read(HttpRequest request)
    {
        var given = request.Headers[TusHeaders.MethodOverride];
        var method = given.Count == 0 || HttpMethods.IsOptions(request.Method) ? request.Method : given.ToString();

        return true switch
        {
            _ when HttpMethods.IsPatch(method) => TusVerb.Patch,
            _ when HttpMethods.IsHead(method) => TusVerb.Head,
            _ when HttpMethods.IsPost(method) => TusVerb.Create,
            _ when HttpMethods.IsOptions(method) => TusVerb.Options,
            _ when HttpMethods.IsDelete(method) => TusVerb.Delete,
            _ => TusVerb.None,
        };
    }
}
