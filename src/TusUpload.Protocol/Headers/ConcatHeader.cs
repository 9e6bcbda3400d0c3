using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

using TusUpload.Protocol.Capabilities;
using TusUpload.Protocol.Errors;

namespace TusUpload.Protocol.Headers;

/// <summary>
/// tus 1.0.0, Upload-Concat: <c>partial</c>, or <c>final;</c> and the addresses of partial uploads with blanks between them. Addresses are absolute
/// or relative, with a query or without; only the path below the tus path counts, since a server behind a proxy knows neither its scheme nor its
/// host. An address that leads elsewhere names no upload: its id is empty.
/// </summary>
/// <param name="Raw">To the letter, but for upload tokens in addresses.</param>
/// <param name="Parts">Of a final upload: its partial uploads in order. Null for a partial one.</param>
internal sealed record ConcatHeader(string Raw, IReadOnlyList<Guid>? Parts)
{
    public const string Partial = "partial";

    private const string Final = "final;";
    private const string TokenQuery = $"?{UploadTokenCarrier.Query}=";

    public bool IsFinal => Parts is not null;

    /// <summary>Null when the header is well formed or absent; otherwise why it is not.</summary>
    public static TusError? TryRead(StringValues header, PathString tusPath, out ConcatHeader? concat)
    {
        concat = null;
        if (header.Count == 0)
        {
            return null;
        }

        var raw = header.Count == 1 ? header[0]! : "";
        if (raw == Partial)
        {
            concat = new(raw, null);
            return null;
        }

        // Nothing that an answer to HEAD could not give back to the letter.
        if (!raw.StartsWith(Final, StringComparison.Ordinal) || raw.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return Refusals.InvalidConcat;
        }

        var addresses = raw[Final.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var parts = Array.ConvertAll(addresses, address => IdOf(address, tusPath));
        if (parts.Length == 0)
        {
            return Refusals.InvalidConcat;
        }

        if (parts.Where(id => id != Guid.Empty).GroupBy(id => id).Any(same => same.Count() > 1))
        {
            return Refusals.PartTwice;
        }

        concat = new(Redact(raw), parts);
        return null;
    }

    /// <summary>Whoever may read the final upload is not thereby a bearer of its parts' tokens.</summary>
    private static string Redact(string raw) => raw.Contains(TokenQuery, StringComparison.OrdinalIgnoreCase)
        ? Final + string.Join(' ', raw[Final.Length..].Split(' ').Select(address =>
            address.Contains(TokenQuery, StringComparison.OrdinalIgnoreCase) ? address[..address.IndexOf('?', StringComparison.Ordinal)] : address))
        : raw;

    private static Guid IdOf(string address, PathString tusPath)
    {
        var path = PathOf(address);
        var last = path.LastIndexOf('/') + 1;
        var isOurs = last == 0 || $"/{path[..(last - 1)]}".EndsWith(tusPath.Value!.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);
        return isOurs && Guid.TryParseExact(path[last..], "D", out var id) ? id : Guid.Empty;
    }

    private static string PathOf(string address)
    {
        var end = address.AsSpan().IndexOfAny('?', '#');
        var path = end < 0 ? address : address[..end];
        var authority = path.IndexOf("://", StringComparison.Ordinal);
        if (authority >= 0)
        {
            var start = path.IndexOf('/', authority + 3);
            path = start < 0 ? "/" : path[start..];
        }

        return Uri.UnescapeDataString(path);
    }
}
