namespace TusUpload.Uploads.Sniffing;

/// <summary>
/// Signatures at fixed places. Sources: the WHATWG's MIME Sniffing Standard for what browsers show; else the formats' own specifications,
/// named in docs/content-rules.md. Weak ones of two bytes are looked at more closely in <see cref="TypeSniffer"/>.
/// </summary>
internal static class Signatures
{
    public static readonly Signature[] All =
    [
        // A tar archive begins with the name of its first file, which may look like anything.
        new(FileTypes.Tar, "7573746172", offset: 257),

        new(FileTypes.Png, "89504E470D0A1A0A"),
        new(FileTypes.Jpeg, "FFD8FF"),
        new(FileTypes.Gif, "474946383761"),
        new(FileTypes.Gif, "474946383961"),
        new(FileTypes.WebP, "52494646????????574542505650"),
        new(FileTypes.Tiff, "49492A00"),
        new(FileTypes.Tiff, "4D4D002A"),
        new(FileTypes.Tiff, "49492B00"),
        new(FileTypes.Tiff, "4D4D002B"),
        new(FileTypes.Photoshop, "384250530001"),
        new(FileTypes.Photoshop, "384250530002"),
        new(FileTypes.Jpeg2000, "0000000C6A5020200D0A870A"),
        new(FileTypes.Jpeg2000, "FF4FFF51"),
        new(FileTypes.JpegXl, "FF0A"),
        new(FileTypes.JpegXl, "0000000C4A584C200D0A870A"),

        new(FileTypes.Matroska, "1A45DFA3"),
        new(FileTypes.Ogg, "4F67675300"),
        new(FileTypes.Wave, "52494646????????57415645"),
        new(FileTypes.Wave, "52463634????????57415645"),
        new(FileTypes.Wave, "42573634????????57415645"),
        new(FileTypes.Avi, "52494646????????41564920"),
        new(FileTypes.Aiff, "464F524D????????41494646"),
        new(FileTypes.Aiff, "464F524D????????41494643"),
        new(FileTypes.Flac, "664C6143"),
        new(FileTypes.Mp3, "49443302??"),
        new(FileTypes.Mp3, "49443303??"),
        new(FileTypes.Mp3, "49443304??"),
        new(FileTypes.Midi, "4D54686400000006"),
        new(FileTypes.Amr, "2321414D52"),
        new(FileTypes.Asf, "3026B2758E66CF11A6D900AA0062CE6C"),
        new(FileTypes.Flash, "464C5601"),
        new(FileTypes.Mpeg, "000001BA"),
        new(FileTypes.Mpeg, "000001B3"),

        new(FileTypes.PostScript, "252150532D41646F6265"),
        new(FileTypes.PostScript, "C5D0D3C6"),
        new(FileTypes.Rtf, "7B5C727466"),
        new(FileTypes.Ole, "D0CF11E0A1B11AE1"),

        new(FileTypes.Zip, "504B0304"),
        new(FileTypes.Zip, "504B0506"),
        new(FileTypes.Zip, "504B07080304"),
        new(FileTypes.Zip, "504B3030504B0304"),
        new(FileTypes.Gzip, "1F8B08"),
        new(FileTypes.Bzip2, "425A68??314159265359"),
        new(FileTypes.Bzip2, "425A68??177245385090"),
        new(FileTypes.Xz, "FD377A585A00"),
        new(FileTypes.Zstandard, "28B52FFD"),
        new(FileTypes.SevenZip, "377ABCAF271C"),
        new(FileTypes.Rar, "526172211A0700"),
        new(FileTypes.Rar, "526172211A070100"),
        new(FileTypes.Cabinet, "4D53434600000000"),
        new(FileTypes.UnixArchive, "213C617263683E0A"),
        new(FileTypes.Rpm, "EDABEEDB"),
        new(FileTypes.Sqlite, "53514C69746520666F726D6174203300"),

        new(FileTypes.Woff, "774F4646"),
        new(FileTypes.Woff2, "774F4632"),
        new(FileTypes.OpenType, "4F54544F00"),
        new(FileTypes.FontCollection, "7474636600"),

        new(FileTypes.Windows, "4D5A"),
        new(FileTypes.Elf, "7F454C46"),
        new(FileTypes.MachO, "FEEDFACE"),
        new(FileTypes.MachO, "FEEDFACF"),
        new(FileTypes.MachO, "CEFAEDFE"),
        new(FileTypes.MachO, "CFFAEDFE"),
        new(FileTypes.WebAssembly, "0061736D"),
        new(FileTypes.Dalvik, "6465780A??????00"),
        new(FileTypes.Shortcut, "4C0000000114020000000000C000000000000046"),
        new(FileTypes.CompiledHelp, "4954534603000000"),
        new(FileTypes.Script, "2321"),
        new(FileTypes.Script, "EFBBBF2321"),
    ];
}
