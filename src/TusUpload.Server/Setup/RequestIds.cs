namespace TusUpload.Server.Setup;

/// <summary>
/// X-Request-ID: the caller's, where it is harmless, else one of ours; on every answer and in every log line of the request.
/// </summary>
internal sealed class RequestIds(RequestDelegate next, ILogger<RequestIds> logger)
{
    public const string Header = "X-Request-ID";

    private const int Longest = 64;

    public async Task InvokeAsync(HttpContext http)
    {
        var given = http.Request.Headers[Header].ToString();
        if (!IsHarmless(given))
        {
            http.Response.Headers[Header] = http.TraceIdentifier;
            await next(http);
            return;
        }

        http.TraceIdentifier = given;
        http.Response.Headers[Header] = given;
        using (logger.BeginScope(new Dictionary<string, object>(StringComparer.Ordinal) { ["RequestId"] = given }))
        {
            await next(http);
        }
    }

    internal static bool IsHarmless(string id) =>
        id.Length is > 0 and <= Longest && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or ':');
}
