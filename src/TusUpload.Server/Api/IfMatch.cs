using System.Globalization;

using Microsoft.Extensions.Primitives;
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

    /// <summary>For minimal APIs. Of a list the strong tag of ours counts; with several versions it is none, for a row has one.</summary>
    public static ValueTask<IfMatch> BindAsync(HttpContext http)
    {
        var header = http.Request.Headers.IfMatch;
        return new(header.Count == 0 || header == "*" ? default : new IfMatch(ReadList(header)));
    }

    private static int ReadList(StringValues header)
    {
        if (!EntityTagHeaderValue.TryParseStrictList(header.OfType<string>().ToList(), out var tags))
        {
            return None;
        }

        var versions = tags.Where(tag => !tag.IsWeak).Select(tag => Read(tag.Tag.ToString())).Where(version => version != None).Distinct().ToList();
        return versions is [var only] ? only : None;
    }

    // What comes after the version tells apart what else is shown, which may change at any time and is nobody's change.
    private static int Read(string tag)
    {
        if (tag is not ['"', .. var opaque, '"'])
        {
            return None;
        }

        var digits = opaque.IndexOf(Tag.Divider, StringComparison.Ordinal) is >= 0 and var end ? opaque[..end] : opaque;
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : None;
    }
}
