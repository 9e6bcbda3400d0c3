using System.Collections.Frozen;

namespace TusUpload.Uploads.Sniffing;

/// <summary>
/// What is told apart. Media types as IANA's registry has them, else as the WHATWG's MIME Sniffing Standard, freedesktop.org's
/// shared-mime-info or the format's maker give them; see docs/content-rules.md.
/// </summary>
internal static class FileTypes
{
    // What the bytes do not tell.
    public static readonly FileType Nothing = new("application/x-empty") { IsKnown = false };
    public static readonly FileType Text = new("text/plain") { IsKnown = false };
    public static readonly FileType Binary = new(MediaTypes.Unknown) { IsKnown = false };

    // Pictures.
    public static readonly FileType Png = new("image/png", "image/x-png", "image/apng", "image/vnd.mozilla.apng") { IsMarked = true };
    public static readonly FileType Jpeg = new("image/jpeg", "image/jpg", "image/pjpeg") { IsMarked = true };
    public static readonly FileType Gif = new("image/gif") { IsMarked = true };
    public static readonly FileType WebP = new("image/webp") { IsMarked = true };
    public static readonly FileType Bmp = new("image/bmp", "image/x-ms-bmp", "image/x-bmp");
    public static readonly FileType Tiff = new("image/tiff") { IsMarked = true, Carries = ["image/x-*", "image/dng"] };
    public static readonly FileType Icon = new("image/vnd.microsoft.icon", "image/x-icon", "image/x-win-bitmap");
    public static readonly FileType Photoshop = new("image/vnd.adobe.photoshop", "application/photoshop", "image/x-photoshop")
    {
        IsMarked = true,
    };

    public static readonly FileType Jpeg2000 = new("image/jp2", "image/jpx", "image/jpm", "image/j2k");
    public static readonly FileType JpegXl = new("image/jxl") { IsMarked = true };
    public static readonly FileType Heif = new("image/heic", "image/heif", "image/heic-sequence") { IsMarked = true };
    public static readonly FileType Avif = new("image/avif", "image/avif-sequence") { IsMarked = true };
    public static readonly FileType CanonRaw = new("image/x-canon-cr3");

    // Sound and films.
    public static readonly FileType Mp4 = new("video/mp4", "application/mp4") { Carries = ["video/*", "audio/*"] };
    public static readonly FileType Mp4Audio = new("audio/mp4", "audio/x-m4a", "audio/m4a") { Carries = ["audio/*", "video/mp4"] };
    public static readonly FileType QuickTime = new("video/quicktime") { Carries = ["video/*", "audio/*"] };
    public static readonly FileType Mobile = new("video/3gpp", "video/3gpp2") { Carries = ["video/*", "audio/*"] };
    public static readonly FileType Matroska = new("video/x-matroska", "video/matroska") { IsMarked = true, Carries = ["audio/*"] };
    public static readonly FileType WebM = new("video/webm") { IsMarked = true, Within = Matroska, Carries = ["audio/webm"] };
    public static readonly FileType Ogg = new("application/ogg") { IsMarked = true, Carries = ["audio/*", "video/*"] };
    public static readonly FileType OggAudio = new("audio/ogg") { IsMarked = true, Within = Ogg, Carries = ["audio/*"] };
    public static readonly FileType OggVideo = new("video/ogg") { IsMarked = true, Within = Ogg };
    public static readonly FileType Wave = new("audio/vnd.wave", "audio/wav", "audio/x-wav", "audio/wave") { IsMarked = true };
    public static readonly FileType Avi = new("video/vnd.avi", "video/x-msvideo", "video/avi", "video/msvideo") { IsMarked = true };
    public static readonly FileType Aiff = new("audio/aiff", "audio/x-aiff") { IsMarked = true };
    public static readonly FileType Flac = new("audio/flac", "audio/x-flac");
    public static readonly FileType Mp3 = new("audio/mpeg", "audio/mp3", "audio/x-mp3", "audio/x-mpeg") { Carries = ["audio/*"] };
    public static readonly FileType Midi = new("audio/midi", "audio/x-midi", "audio/mid") { IsMarked = true };
    public static readonly FileType Amr = new("audio/amr", "audio/amr-wb");
    public static readonly FileType Asf = new("video/x-ms-asf", "application/vnd.ms-asf")
    {
        IsMarked = true,
        Carries = ["video/x-ms-*", "audio/x-ms-*"],
    };

    public static readonly FileType Flash = new("video/x-flv") { IsMarked = true };
    public static readonly FileType Mpeg = new("video/mpeg") { Carries = ["video/*"] };

    // Documents.
    public static readonly FileType Pdf = new("application/pdf", "application/x-pdf")
    {
        IsMarked = true,
        Carries = ["application/illustrator"],
    };

    public static readonly FileType PostScript = new(
        "application/postscript", "application/eps", "application/x-eps", "image/x-eps", "image/eps")
    {
        Carries = ["application/illustrator"],
    };

    public static readonly FileType Rtf = new("application/rtf", "text/rtf") { Carries = ["application/msword"] };
    public static readonly FileType Ole = new("application/x-ole-storage", "application/x-cfb")
    {
        // With a password, Office puts its newer documents into this one as well.
        Carries =
        [
            "application/ms*", "application/vnd.ms-*", "application/vnd.visio", "application/x-ms*", "application/x-hwp", "application/hwp",
            "application/vnd.openxmlformats-officedocument.*",
        ],
    };

    public static readonly FileType Xml = new("application/xml", "text/xml")
    {
        MayBeMore = true,
        Carries = ["*+xml", "application/msword", "application/vnd.ms-*", "application/x-xliff*", "text/*", "model/*"],
    };

    // Archives and what is made in them.
    public static readonly FileType Zip = new("application/zip", "application/x-zip-compressed", "application/x-zip", "multipart/x-zip")
    {
        IsMarked = true,
        MayBeMore = true,
        Carries =
        [
            "*+zip", "application/vnd.openxmlformats-officedocument.*", "application/vnd.ms-*", "application/vnd.oasis.opendocument.*",
            "application/vnd.sun.*", "application/java-archive", "application/x-java-archive", "application/vnd.android.*",
            "application/vnd.apple.*", "application/x-iwork*", "application/vnd.google-earth.kmz", "application/x-xpinstall",
            "application/vnd.comicbook*", "application/x-cbz", "model/*", "application/oxps", "application/vnd.etsi.asic-*",
            "application/vnd.adobe.*", "image/openraster", "application/x-krita",
        ],
    };

    public static readonly FileType WordDocument = OfficeDocument("wordprocessingml.document", "wordprocessingml.*", "ms-word*");
    public static readonly FileType ExcelDocument = OfficeDocument("spreadsheetml.sheet", "spreadsheetml.*", "ms-excel*");
    public static readonly FileType SlidesDocument = OfficeDocument("presentationml.presentation", "presentationml.*", "ms-powerpoint*");
    public static readonly FileType Epub = new("application/epub+zip") { IsMarked = true, Within = Zip };
    public static readonly FileType OpenText = OpenDocument("text");
    public static readonly FileType OpenSpreadsheet = OpenDocument("spreadsheet");
    public static readonly FileType OpenPresentation = OpenDocument("presentation");
    public static readonly FileType OpenGraphics = OpenDocument("graphics");
    public static readonly FileType Gzip = new("application/gzip", "application/x-gzip")
    {
        IsMarked = true,
        Carries = ["application/x-*", "application/vnd.*", "image/svg+xml", "*+gzip"],
    };

    public static readonly FileType Bzip2 = new("application/x-bzip2", "application/x-bzip", "application/bzip2")
    {
        IsMarked = true,
        Carries = ["application/x-*"],
    };

    public static readonly FileType Xz = new("application/x-xz") { IsMarked = true, Carries = ["application/x-*"] };
    public static readonly FileType Zstandard = new("application/zstd", "application/x-zstd") { Carries = ["application/x-*"] };
    public static readonly FileType SevenZip = new("application/x-7z-compressed") { IsMarked = true, Carries = ["application/x-cb7"] };
    public static readonly FileType Rar = new("application/vnd.rar", "application/x-rar-compressed", "application/x-rar")
    {
        IsMarked = true,
        Carries = ["application/vnd.comicbook-rar", "application/x-cbr"],
    };

    public static readonly FileType Tar = new("application/x-tar") { Carries = ["application/x-*", "application/vnd.*"] };
    public static readonly FileType Cabinet = new("application/vnd.ms-cab-compressed", "application/x-cab") { IsMarked = true };
    public static readonly FileType UnixArchive = new("application/x-archive")
    {
        Carries = ["application/vnd.debian.binary-package", "application/x-*"],
    };

    public static readonly FileType Rpm = new("application/x-rpm") { Carries = ["application/x-*"] };
    public static readonly FileType Sqlite = new("application/vnd.sqlite3", "application/x-sqlite3") { Carries = ["application/*"] };

    // Fonts.
    public static readonly FileType Woff = new("font/woff", "application/font-woff", "application/x-font-woff") { IsMarked = true };
    public static readonly FileType Woff2 = new("font/woff2", "application/font-woff2") { IsMarked = true };
    public static readonly FileType OpenType = new("font/otf", "application/x-font-otf", "application/vnd.ms-opentype")
    {
        Carries = ["font/sfnt"],
    };

    public static readonly FileType TrueType = new("font/ttf", "application/x-font-ttf") { Carries = ["font/sfnt", "font/otf"] };
    public static readonly FileType FontCollection = new("font/collection");

    // Programs, and what runs in one.
    public static readonly FileType Windows = Active(
        "application/vnd.microsoft.portable-executable", "application/x-msdownload", "application/x-dosexec",
        "application/x-ms-dos-executable", "application/x-msdos-program", "application/exe", "application/x-exe", "application/x-winexe");

    public static readonly FileType Elf = Active(
        "application/x-elf", "application/x-executable", "application/x-sharedlib", "application/x-pie-executable", "application/x-object",
        "application/x-coredump", "application/vnd.appimage");

    public static readonly FileType MachO = Active("application/x-mach-binary", "application/x-mach-o");
    public static readonly FileType JavaClass = Active("application/java-vm", "application/x-java-class", "application/java");
    public static readonly FileType WebAssembly = Active("application/wasm");
    public static readonly FileType Dalvik = Active("application/vnd.android.dex", "application/x-dex");
    public static readonly FileType Shortcut = Active("application/x-ms-shortcut", "application/x-mswinurl", "application/x-win-lnk");
    public static readonly FileType CompiledHelp = Active("application/vnd.ms-htmlhelp", "application/x-chm");
    public static readonly FileType JavaArchive = new("application/java-archive", "application/x-java-archive", "application/x-jar")
    {
        IsActive = true,
        Within = Zip,
        Carries = ["application/vnd.android.package-archive", "application/x-xpinstall"],
    };

    public static readonly FileType AndroidPackage = new("application/vnd.android.package-archive") { IsActive = true, Within = Zip };
    public static readonly FileType Script = new("text/x-shellscript", "application/x-sh", "application/x-shellscript")
    {
        IsActive = true,
        Carries =
        [
            "application/x-csh", "application/x-perl", "application/x-python", "application/x-ruby", "application/x-tcl", "application/x-php",
        ],
    };

    public static readonly FileType Batch = Active("application/x-bat", "application/bat");
    public static readonly FileType Php = Active("application/x-httpd-php", "application/x-php", "text/x-php");
    public static readonly FileType Svg = new("image/svg+xml", "image/svg") { IsActive = true, Within = Xml };
    public static readonly FileType Html = new("text/html")
    {
        IsActive = true,

        // Tables and letters that programs write as pages and call by these names, because Office opens them.
        Carries = ["application/xhtml+xml", "application/msword", "application/vnd.ms-excel"],
    };

    private static readonly FrozenDictionary<string, FileType> ByName = typeof(FileTypes)
        .GetFields(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.Public)
        .Select(field => (FileType)field.GetValue(null)!)
        .Where(type => type.IsKnown)
        .SelectMany(type => type.Names.Select(name => (name, type)))
        .ToFrozenDictionary(pair => pair.name, pair => pair.type, StringComparer.OrdinalIgnoreCase);

    /// <summary>The format that a media type names; null where none is known.</summary>
    public static FileType? Find(string? mediaType) => mediaType is null ? null : ByName.GetValueOrDefault(mediaType);

    private static FileType Active(string name, params string[] aliases) => new(name, aliases) { IsActive = true };

    private static FileType OfficeDocument(string name, string kin, string older) =>
        new("application/vnd.openxmlformats-officedocument." + name)
        {
            IsMarked = true,
            Within = Zip,
            Carries = ["application/vnd.openxmlformats-officedocument." + kin, "application/vnd." + older],
        };

    private static FileType OpenDocument(string name) => new("application/vnd.oasis.opendocument." + name)
    {
        IsMarked = true,
        Within = Zip,
        Carries = [$"application/vnd.oasis.opendocument.{name}*"],
    };
}
