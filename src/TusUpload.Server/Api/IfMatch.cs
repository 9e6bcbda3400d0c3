using System.Globalization;

using Microsoft.Net.Http.Headers;

namespace TusUpload.Server.Api;

/// <summary>
/// The version that a change was made for: If-Match of RFC 9110 §13.1.1 with the entity tag of <see cref="Tagged{T}"/>. Belongs into the statement that
/// changes the row, so that nothing comes in between: <c>AND ($n IS NULL OR version = $n)</c>; no match is 412 <c>precondition_failed</c>.
/// </summary>
/// <param name="Version">Null: any. One that no row has, where the header names no tag of ours.</param>
internal readonly record struct IfMatch(int? Version)
{
    private const int None = -1;

    /// <summary>For minimal APIs. Several tags are none of ours: a row has one version.</summary>
    public static ValueTask<IfMatch> BindAsync(HttpContext http)
    {
        var header = http.Request.Headers.IfMatch;
        return new(header.Count == 0 || header == "*" ? default : new IfMatch(Read(header.ToString())));
    }

    public static string TagOf(int version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    private static int Read(string tag) =>
        tag is ['"', .. var digits, '"'] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : None;
}

/// <summary>An answer of a thing that has versions, with the one it shows as ETag.</summary>
/// <param name="Created">Its address, where it is new: 201 instead of 200.</param>
internal sealed record Tagged<T>(T Value, int Version, string? Created = null) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers[HeaderNames.ETag] = IfMatch.TagOf(Version);
        return (Created is null ? (IResult)TypedResults.Ok(Value) : TypedResults.Created(Created, Value)).ExecuteAsync(httpContext);
    }
}
