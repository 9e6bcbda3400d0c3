using System.Text;

using Microsoft.Net.Http.Headers;

namespace TusUpload.Server.Api;

/// <summary>
/// JSON in letters that nobody knows is refused before somebody tries to read it: binding a body takes such a charset for a fault of the server. Stands
/// behind authorization.
/// </summary>
internal sealed class ReadableBodies(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http) =>
        http.Request.HasJsonContentType() && !IsKnown(MediaTypeHeaderValue.Parse(http.Request.ContentType).Charset.Value)
            ? ApiError.UnsupportedMediaType.ExecuteAsync(http)
            : next(http);

    private static bool IsKnown(string? charset)
    {
        try
        {
            return string.IsNullOrEmpty(charset) || Encoding.GetEncoding(charset.Trim('"')) is not null;
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
