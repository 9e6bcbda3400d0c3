using TusUpload.Protocol;

namespace TusUpload.Server.Api;

/// <summary>Under which address clients reach the server.</summary>
internal static class OwnAddress
{
    /// <summary>Absolute, without a slash at the end: <c>Tus:PublicUrl</c>, or what the request was made to.</summary>
    public static string Of(HttpRequest request, TusOptions tus) =>
        tus.PublicUrl?.TrimEnd('/') ?? $"{request.Scheme}://{request.Host.ToUriComponent()}{request.PathBase.ToUriComponent()}";
}
