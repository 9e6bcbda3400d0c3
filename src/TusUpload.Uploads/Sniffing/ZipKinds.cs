using System.Buffers.Binary;

namespace TusUpload.Uploads.Sniffing;

/// <summary>What a zip archive is for, by the names of its first entries (PKWARE's APPNOTE, local file headers).</summary>
internal static class ZipKinds
{
    private const int HeadSize = 30;
    private const int NameLengthAt = 26;

    /// <summary>Where the entries within reach tell nothing, a zip archive.</summary>
    public static FileType Find(ReadOnlySpan<byte> bytes)
    {
        for (var at = Next(bytes, 0); at >= 0 && bytes.Length >= at + HeadSize; at = Next(bytes, at + HeadSize))
        {
            var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(at + NameLengthAt)..]);
            var entry = bytes[(at + HeadSize)..];
            if (OfEntry(entry[..Math.Min(nameLength, entry.Length)], entry) is { } kind)
            {
                return kind;
            }
        }

        return FileTypes.Zip;
    }

    private static int Next(ReadOnlySpan<byte> bytes, int from) =>
        bytes[from..].IndexOf("PK\u0003\u0004"u8) is >= 0 and var ahead ? from + ahead : -1;

    private static FileType? OfEntry(ReadOnlySpan<byte> name, ReadOnlySpan<byte> entry) =>
        name.SequenceEqual("mimetype"u8) ? OfMimeType(entry[name.Length..])
        : name.StartsWith("word/"u8) ? FileTypes.WordDocument
        : name.StartsWith("xl/"u8) ? FileTypes.ExcelDocument
        : name.StartsWith("ppt/"u8) ? FileTypes.SlidesDocument
        : name.SequenceEqual("AndroidManifest.xml"u8) || name.SequenceEqual("classes.dex"u8) ? FileTypes.AndroidPackage
        : name.SequenceEqual("META-INF/MANIFEST.MF"u8) ? FileTypes.JavaArchive
        : null;

    /// <summary>OpenDocument and EPUB: a first entry that is stored as it is, and says the media type.</summary>
    private static FileType? OfMimeType(ReadOnlySpan<byte> content) =>
        content.StartsWith("application/epub+zip"u8) ? FileTypes.Epub
        : content.StartsWith("application/vnd.oasis.opendocument.text"u8) ? FileTypes.OpenText
        : content.StartsWith("application/vnd.oasis.opendocument.spreadsheet"u8) ? FileTypes.OpenSpreadsheet
        : content.StartsWith("application/vnd.oasis.opendocument.presentation"u8) ? FileTypes.OpenPresentation
        : content.StartsWith("application/vnd.oasis.opendocument.graphics"u8) ? FileTypes.OpenGraphics
        : null;
}
