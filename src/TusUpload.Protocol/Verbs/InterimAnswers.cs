using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Headers;

namespace TusUpload.Protocol.Verbs;

/// <summary>
/// Whether an interim answer (1xx other than 100 and 101) gets through to the client. nginx takes one for the answer itself and puts the
/// real one into its body; its file in config/proxies says so with <c>X-Interim-Responses: none</c>. Whoever says so harms only himself.
/// </summary>
internal static class InterimAnswers
{
    private const string None = "none";

    /// <summary>HTTP/1.0 knows none.</summary>
    public static bool Pass(HttpContext http) =>
        !HttpProtocol.IsHttp10(http.Request.Protocol)
        && !string.Equals(http.Request.Headers[TusHeaders.InterimResponses], None, StringComparison.OrdinalIgnoreCase);
}
