using System.Buffers;
using System.Globalization;

using Microsoft.Extensions.Primitives;

namespace TusUpload.Protocol.Ietf;

/// <summary>
/// RFC 9651, as far as uploads need it: an item that is a Boolean or an Integer that is not negative. Anything else counts as no field at all,
/// as the protocol asks. Parameters are read past.
/// </summary>
internal static class StructuredField
{
    private const int LongestInteger = 15;

    private static readonly SearchValues<char> KeyLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.*");

    /// <summary>?1 or ?0; null for anything else.</summary>
    public static bool? ReadBoolean(StringValues header) => Item(header) switch
    {
        ['?', '1', .. var rest] when AreParameters(rest) => true,
        ['?', '0', .. var rest] when AreParameters(rest) => false,
        _ => null,
    };

    /// <summary>An Integer of at most 15 digits that is not negative; null for anything else.</summary>
    public static long? ReadSize(StringValues header)
    {
        var item = Item(header);
        var minus = item.StartsWith('-') ? 1 : 0;
        var end = item[minus..].IndexOfAnyExceptInRange('0', '9');
        var digits = end < 0 ? item[minus..] : item.Slice(minus, end);
        if (digits.Length is 0 or > LongestInteger || !AreParameters(item[(minus + digits.Length)..]))
        {
            return null;
        }

        // The grammar knows -0, which is not negative.
        var number = long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        return minus == 1 && number > 0 ? null : number;
    }

    /// <summary>Two lines are one list, and a list is no item.</summary>
    private static ReadOnlySpan<char> Item(StringValues header) => header.Count == 1 ? header[0].AsSpan().Trim(' ') : default;

    private static bool AreParameters(ReadOnlySpan<char> rest)
    {
        while (!rest.IsEmpty)
        {
            if (rest[0] != ';')
            {
                return false;
            }

            rest = rest[1..].TrimStart(' ');
            if (rest.IsEmpty || !(char.IsAsciiLetterLower(rest[0]) || rest[0] == '*'))
            {
                return false;
            }

            rest = After(rest, KeyLetters);
            if (rest is ['=', .. var value] && !TrySkipBare(value, out rest))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Past a parameter's value: a string, or a word without blanks, which is more than the grammar takes and harms nobody.</summary>
    private static bool TrySkipBare(ReadOnlySpan<char> value, out ReadOnlySpan<char> rest)
    {
        if (value is not ['"', ..])
        {
            var end = value.IndexOfAny(';', ' ', '"');
            rest = end < 0 ? default : value[end..];
            return end != 0 && !value.IsEmpty;
        }

        for (var i = 1; i < value.Length; i++)
        {
            if (value[i] == '\\')
            {
                i++;
            }
            else if (value[i] == '"')
            {
                rest = value[(i + 1)..];
                return true;
            }
        }

        rest = default;
        return false;
    }

    private static ReadOnlySpan<char> After(ReadOnlySpan<char> text, SearchValues<char> letters)
    {
        var end = text.IndexOfAnyExcept(letters);
        return end < 0 ? default : text[end..];
    }
}
