using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace TusUpload.Server.Api;

/// <summary>
/// An answer of a thing that has versions, with the one it shows as ETag; 304 to a GET whose If-None-Match names it. The tag also changes with whatever else is
/// shown, counts and states: who asks again hears of those too.
/// </summary>
/// <param name="Created">Its address, where it is new: 201 instead of 200.</param>
internal sealed record Tagged<T>(T Value, int Version, string? Created = null) : IResult, IValueHttpResult<T>
{
    T? IValueHttpResult<T>.Value => Value;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        var json = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var body = JsonSerializer.SerializeToUtf8Bytes(Value, json);
        var tag = Tag.Of(Version, body);
        response.Headers.ETag = tag;
        if (HttpMethods.IsGet(request.Method) && Tag.IsKnown(request, tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.StatusCode = Created is null ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        response.Headers.Location = Created;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, httpContext.RequestAborted);
    }
}

/// <summary>Entity tags: the version, and a digest of all that is shown.</summary>
internal static class Tag
{
    public const string Divider = "-";

    private const int DigestBytes = 8;

    public static string Of(int version, ReadOnlySpan<byte> shown) => string.Create(
        CultureInfo.InvariantCulture, $"\"{version}{Divider}{Convert.ToHexStringLower(SHA256.HashData(shown).AsSpan(0, DigestBytes))}\"");

    /// <summary>If-None-Match (RFC 9110 §13.1.2): compared weakly; what is no list of tags names none.</summary>
    public static bool IsKnown(HttpRequest request, string tag) =>
        request.Headers.IfNoneMatch is { Count: > 0 } known
        && EntityTagHeaderValue.TryParseList(known, out var tags)
        && tags.Any(named => named.Tag == "*" || named.Tag == tag);
}
