using System.Globalization;

namespace TusUpload.Uploads.Sniffing;

/// <summary>Bytes at a place that only one format has there.</summary>
/// <param name="type">Whose they are.</param>
/// <param name="pattern">Pairs of hexadecimal digits; <c>??</c> is any byte.</param>
/// <param name="offset">Where they begin.</param>
internal sealed class Signature(FileType type, string pattern, int offset = 0)
{
    // -1 is any byte.
    private readonly short[] _bytes = [.. pattern.Chunk(2).Select(Read)];

    public FileType Type => type;

    private static short Read(char[] pair) =>
        pair is ['?', '?'] ? (short)-1 : short.Parse(pair, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public bool Fits(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < offset + _bytes.Length)
        {
            return false;
        }

        for (var i = 0; i < _bytes.Length; i++)
        {
            if (_bytes[i] >= 0 && bytes[offset + i] != _bytes[i])
            {
                return false;
            }
        }

        return true;
    }
}
