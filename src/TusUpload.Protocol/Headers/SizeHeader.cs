using System.Globalization;

using Microsoft.Extensions.Primitives;

namespace TusUpload.Protocol.Headers;

/// <summary>Headers that carry a count of bytes: one value of decimal digits that fits into 63 bits.</summary>
internal static class SizeHeader
{
    /// <summary>False when the header is there but is no such number. An absent header is null.</summary>
    public static bool TryRead(StringValues header, out long? size)
    {
        size = null;
        if (header.Count == 0)
        {
            return true;
        }

        // Two lines with the same number are refused as well: proxies disagree about which of them counts.
        if (header.Count > 1 || !long.TryParse(header[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        size = number;
        return true;
    }

    public static StringValues Format(long size) => size == 0 ? TusHeaders.Zero : size.ToString(CultureInfo.InvariantCulture);
}
