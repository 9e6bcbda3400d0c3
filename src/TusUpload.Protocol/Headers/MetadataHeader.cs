using System.Buffers;
using System.Text;
using System.Text.Unicode;

using Microsoft.Extensions.Primitives;

using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Headers;

/// <summary>
/// tus 1.0.0, Upload-Metadata: pairs divided by commas, each a key of printable ASCII and, after one space, a value in base64. Values
/// have to be UTF-8. U+0000 is refused too: databases do not take it as text, and such an upload could never be kept.
/// </summary>
internal static class MetadataHeader
{
    private const int OnStack = 512;

    // Not what Unicode calls white space as well: it would be kept with the header, and no answer could give it back.
    private const string Blanks = " \t";

    /// <summary>Null when the header is well formed; otherwise why it is not.</summary>
    public static TusError? TryRead(StringValues header, int maxBytes, out UploadMetadata metadata)
    {
        metadata = UploadMetadata.Empty;
        if (header.Count == 0)
        {
            return null;
        }

        var raw = header[0] ?? "";
        if (raw.Length > maxBytes)
        {
            return Refusals.MetadataTooLarge;
        }

        if (header.Count > 1)
        {
            return Refusals.InvalidMetadata;
        }

        if (raw.AsSpan().Trim(Blanks).IsEmpty)
        {
            return null;
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var range in raw.AsSpan().Split(','))
        {
            var pair = raw.AsSpan(range).Trim(Blanks);
            var space = pair.IndexOf(' ');
            var key = space < 0 ? pair : pair[..space];
            var encoded = space < 0 ? default : pair[space..].Trim(Blanks);
            if (!IsKey(key) || !TryDecode(encoded, out var value) || !values.TryAdd(new string(key), value))
            {
                return Refusals.InvalidMetadata;
            }
        }

        metadata = new UploadMetadata(raw, values);
        return null;
    }

    private static bool IsKey(ReadOnlySpan<char> key) => !key.IsEmpty && !key.ContainsAnyExceptInRange('!', '~');

    private static bool TryDecode(ReadOnlySpan<char> encoded, out string value)
    {
        value = "";
        if (encoded.IsEmpty)
        {
            return true;
        }

        // The decoder would skip blanks and ends of lines inside; here a blank means a third word.
        if (encoded.ContainsAny(" \t\r\n"))
        {
            return false;
        }

        var rented = encoded.Length > OnStack ? ArrayPool<byte>.Shared.Rent(encoded.Length) : null;
        var bytes = rented ?? stackalloc byte[OnStack];
        try
        {
            if (!Convert.TryFromBase64Chars(encoded, bytes, out var written))
            {
                return false;
            }

            var decoded = bytes[..written];
            if (!Utf8.IsValid(decoded) || decoded.Contains((byte)0))
            {
                return false;
            }

            value = Encoding.UTF8.GetString(decoded);
            return true;
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }
}
