using System.Buffers;
using System.Text;

namespace TusUpload.Uploads.Rules;

/// <summary>
/// A name that no file system, terminal, log or reader can be tricked with, and the first reason why the one it was made of could have
/// been.
/// </summary>
/// <param name="Name">Empty where nothing is left.</param>
/// <param name="Flaw">One of <see cref="NameFlaw"/>; null where the name is as it was given.</param>
internal readonly record struct SafeName(string Name, string? Flaw)
{
    private const int LongestExtension = 32;

    // Devices to Windows, with whatever extension (Naming Files, Paths, and Namespaces in its documentation).
    private static readonly SearchValues<string> Devices = SearchValues.Create(
        [
            "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
            .. "0123456789¹²³".SelectMany(digit => new[] { $"COM{digit}", $"LPT{digit}" }),
        ],
        StringComparison.OrdinalIgnoreCase);

    /// <param name="maxBytes">In UTF-8.</param>
    public static SafeName Of(string name, int maxBytes)
    {
        var (clean, flaw) = Letters(name);
        var trimmed = clean.TrimEnd('.', ' ');
        flaw ??= trimmed.Length < clean.Length ? NameFlaw.TrailingDotOrSpace : null;
        if (IsDevice(trimmed))
        {
            (trimmed, flaw) = ("_" + trimmed, flaw ?? NameFlaw.Reserved);
        }

        if (Encoding.UTF8.GetByteCount(trimmed) > maxBytes)
        {
            (trimmed, flaw) = (Shorten(trimmed, maxBytes), flaw ?? NameFlaw.TooLong);
        }

        return new(trimmed, flaw ?? (trimmed.Length == 0 ? NameFlaw.Empty : null));
    }

    private static bool IsDevice(string name)
    {
        var dot = name.IndexOf('.');
        return Devices.Contains((dot < 0 ? name : name[..dot]).TrimEnd(' '));
    }

    /// <summary>What breaks a line or a path becomes an underscore; what has no shape and changes how the rest is read goes.</summary>
    private static (string Clean, string? Flaw) Letters(string name)
    {
        string? flaw = null;
        var clean = new StringBuilder(name.Length);
        Rune? before = null;
        var at = 0;
        foreach (var letter in name.EnumerateRunes())
        {
            at += letter.Utf16SequenceLength;
            if (letter.Value is '/' or '\\')
            {
                flaw ??= NameFlaw.Separator;
                clean.Append('_');
            }
            else if (IsBreak(letter))
            {
                flaw ??= NameFlaw.ControlCharacter;
                clean.Append('_');
            }
            else if (IsInvisible(letter) || (IsJoiner(letter) && !Joins(letter, before, name.AsSpan(at))))
            {
                flaw ??= NameFlaw.InvisibleCharacter;
                continue;
            }
            else
            {
                clean.Append(letter);
            }

            before = letter;
        }

        return (clean.ToString(), flaw);
    }

    private static bool IsBreak(Rune letter) => Rune.IsControl(letter) || letter.Value is 0x2028 or 0x2029;

    /// <summary>Directions (UAX 9), spaces without width, and what Unicode gives neither a shape nor a use in names.</summary>
    private static bool IsInvisible(Rune letter) => letter.Value is
        0x00AD or 0x061C or 0x180E or 0x200B or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x206F)
        or 0x3164 or 0xFEFF or 0xFFA0 or (>= 0xFFF0 and <= 0xFFFB);

    /// <summary>Needed by scripts and emoji, and there alone.</summary>
    private static bool IsJoiner(Rune letter) => letter.Value is
        0x034F or 0x115F or 0x1160 or 0x200C or 0x200D or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0000 and <= 0xE0FFF);

    private static bool Joins(Rune letter, Rune? before, ReadOnlySpan<char> after)
    {
        var follows = before is { IsAscii: false };
        return letter.Value is 0x200C or 0x200D ? follows && after is [> '\x7F', ..]

            // A keycap: a digit, the sign that it is drawn as emoji, the cap.
            : follows || after is ['\u20E3', ..];
    }

    private static string Shorten(string name, int maxBytes)
    {
        var dot = name.LastIndexOf('.');
        var longest = Math.Min(LongestExtension, maxBytes / 2);
        var extension = dot > 0 && Encoding.UTF8.GetByteCount(name.AsSpan(dot)) <= longest ? name[dot..] : "";
        var room = maxBytes - Encoding.UTF8.GetByteCount(extension);
        var end = 0;
        foreach (var letter in name.EnumerateRunes())
        {
            room -= letter.Utf8SequenceLength;
            if (room < 0)
            {
                break;
            }

            end += letter.Utf16SequenceLength;
        }

        return (name[..end] + extension).TrimEnd('.', ' ');
    }
}
