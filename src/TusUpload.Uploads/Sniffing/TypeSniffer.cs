using System.Buffers;
using System.Buffers.Binary;

namespace TusUpload.Uploads.Sniffing;

/// <summary>What first bytes are.</summary>
/// <param name="IsText">Whether none of them is one that texts do not have.</param>
internal readonly record struct Sniffed(FileType Type, bool IsText);

/// <summary>
/// Tells a format by its first bytes. Signatures at fixed places first, those that need a closer look next, then marks that may stand
/// later, and last whether the bytes are text. Allocates nothing.
/// </summary>
internal static class TypeSniffer
{
    // A reader of PDF looks for the head in the first 1024 bytes.
    private const int PdfReach = 1024;
    private const int Head = 64;

    // The WHATWG's binary data bytes.
    private static readonly SearchValues<byte> NotInText = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28, 29, 30, 31]);

    public static Sniffed Sniff(ReadOnlySpan<byte> bytes)
    {
        var isText = IsText(bytes);
        return new(Find(bytes) ?? (bytes.IsEmpty ? FileTypes.Nothing : isText ? FileTypes.Text : FileTypes.Binary), isText);
    }

    private static FileType? Find(ReadOnlySpan<byte> bytes)
    {
        foreach (var signature in Signatures.All)
        {
            if (signature.Fits(bytes))
            {
                return Refine(signature.Type, bytes);
            }
        }

        return FindBoxes(bytes) ?? FindWeak(bytes) ?? (Has(bytes, PdfReach, "%PDF-"u8) ? FileTypes.Pdf : MarkupKinds.Find(bytes));
    }

    /// <summary>
    /// What a format holds, where its head says so: Matroska's DocType, the first packet of Ogg, the first entries of a zip archive.
    /// </summary>
    private static FileType Refine(FileType type, ReadOnlySpan<byte> bytes) =>
        type == FileTypes.Zip ? ZipKinds.Find(bytes)
        : type == FileTypes.Matroska ? (Has(bytes, Head, "webm"u8) ? FileTypes.WebM : type)
        : type != FileTypes.Ogg ? type
        : Has(bytes, Head, "theora"u8) ? FileTypes.OggVideo
        : Has(bytes, Head, "vorbis"u8) || Has(bytes, Head, "OpusHead"u8) || Has(bytes, Head, "FLAC"u8) || Has(bytes, Head, "Speex"u8)
            ? FileTypes.OggAudio
        : type;

    /// <summary>ISO base media files (ISO/IEC 14496-12): a first box <c>ftyp</c> with the brand.</summary>
    private static FileType? FindBoxes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 12)
        {
            return null;
        }

        var box = bytes[4..8];
        if (!box.SequenceEqual("ftyp"u8))
        {
            // Older QuickTime files have none, and begin with what they hold.
            return box.SequenceEqual("moov"u8) || box.SequenceEqual("mdat"u8) || box.SequenceEqual("wide"u8) || box.SequenceEqual("pnot"u8)
                ? FileTypes.QuickTime
                : null;
        }

        return bytes[8..12] switch
        {
            [(byte)'a', (byte)'v', (byte)'i', _] => FileTypes.Avif,
            [(byte)'h', (byte)'e', _, _] or [(byte)'m', (byte)'i', (byte)'f', _] or [(byte)'m', (byte)'s', (byte)'f', _] =>
                Has(bytes, Head, "avif"u8) ? FileTypes.Avif : FileTypes.Heif,
            [(byte)'c', (byte)'r', (byte)'x', _] => FileTypes.CanonRaw,
            [(byte)'M', (byte)'4', (byte)'A' or (byte)'B' or (byte)'P', _] => FileTypes.Mp4Audio,
            [(byte)'q', (byte)'t', _, _] => FileTypes.QuickTime,
            [(byte)'3', (byte)'g', _, _] => FileTypes.Mobile,
            _ => FileTypes.Mp4,
        };
    }

    /// <summary>Signatures of so few bytes that what follows has to fit as well.</summary>
    private static FileType? FindWeak(ReadOnlySpan<byte> bytes) => bytes switch
    {
        // A class of Java has a version from 45 on where a binary for several processors has their number.
        [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, _, var low, ..] => low >= 45 ? FileTypes.JavaClass : FileTypes.MachO,
        [0xCA, 0xFE, 0xBA, 0xBE, ..] => FileTypes.JavaClass,
        [(byte)'B', (byte)'M', _, _, _, _, 0, 0, 0, 0, _, _, _, _, 12 or 40 or 52 or 56 or 64 or 108 or 124, 0, 0, 0, ..] => FileTypes.Bmp,
        [0, 0, 1 or 2, 0, > 0, 0, _, _, _, 0, _, 0, ..] => FileTypes.Icon,
        [0, 1, 0, 0, 0, > 3 and < 64, ..] => FileTypes.TrueType,
        [0xFF, 0xFB or 0xFA or 0xF3 or 0xF2, var rates, ..] when rates >> 4 is > 0 and < 15 && (rates >> 2 & 3) < 3 => FileTypes.Mp3,
        [0x47, ..] when bytes.Length > 376 && bytes[188] == 0x47 && bytes[376] == 0x47 && !IsText(bytes) => FileTypes.Mpeg,
        _ => null,
    };

    private static bool Has(ReadOnlySpan<byte> bytes, int reach, ReadOnlySpan<byte> mark) =>
        bytes[..Math.Min(bytes.Length, reach)].IndexOf(mark) >= 0;

    private static bool IsText(ReadOnlySpan<byte> bytes) =>
        (bytes.Length >= 2 && BinaryPrimitives.ReadUInt16BigEndian(bytes) is 0xFEFF or 0xFFFE) || !bytes.ContainsAny(NotInText);
}
