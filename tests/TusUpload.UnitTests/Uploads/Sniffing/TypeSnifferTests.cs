using System.Text;

using TusUpload.Uploads.Sniffing;

namespace TusUpload.UnitTests.Uploads.Sniffing;

public sealed class TypeSnifferTests
{
    public static TheoryData<string, byte[]> Formats => new()
    {
        { "image/png", Samples.Png },
        { "image/jpeg", Samples.Jpeg },
        { "image/gif", Samples.Gif },
        { "image/webp", [.. "RIFF"u8, 1, 2, 3, 4, .. "WEBPVP8 "u8] },
        { "image/bmp", Samples.Hex("424D 46000000 0000 0000 36000000 28000000") },
        { "image/tiff", Samples.Hex("49492A0008000000") },
        { "image/vnd.microsoft.icon", Samples.Hex("00000100 0100 2020 0000 0100") },
        { "image/heic", [0, 0, 0, 0x18, .. "ftypheic"u8] },
        { "image/avif", [0, 0, 0, 0x20, .. "ftypmif1"u8, 0, 0, 0, 0, .. "mif1avif"u8] },
        { "image/svg+xml", Samples.Svg },
        { "image/svg+xml", [0xEF, 0xBB, 0xBF, .. "<!-- x --><!DOCTYPE svg PUBLIC \"-//W3C\" [ <!ENTITY a \">\"> ]><svg >"u8] },
        { "video/mp4", Samples.Mp4 },
        { "audio/mp4", [0, 0, 0, 0x20, .. "ftypM4A "u8] },
        { "video/quicktime", [0, 0, 0, 0x14, .. "ftypqt  "u8] },
        { "video/quicktime", [0, 0, 1, 0, .. "moov\0\0\0\u0010"u8] },
        { "video/webm", [.. Samples.Hex("1A45DFA3 9F4286810142F7810142F2810442F381084282 84"), .. "webm"u8] },
        { "video/x-matroska", [.. Samples.Hex("1A45DFA3 9F4286810142F7810142F2810442F381084282 88"), .. "matroska"u8] },
        { "audio/ogg", [.. "OggS\0"u8, .. new byte[23], 1, .. "vorbis"u8] },
        { "audio/vnd.wave", [.. "RIFF"u8, 1, 2, 3, 4, .. "WAVEfmt "u8] },
        { "audio/flac", "fLaC\0\0\0\u0022"u8.ToArray() },
        { "audio/mpeg", Samples.Hex("49443304000000000000") },
        { "audio/mpeg", Samples.Hex("FFFB9064 00") },
        { "application/pdf", Samples.Pdf },
        { "application/pdf", [.. "\r\njunk\0"u8, .. Samples.Pdf] },
        { "application/rtf", "{\\rtf1\\ansi"u8.ToArray() },
        { "application/x-ole-storage", Samples.Ole },
        { "application/zip", Samples.Zip("a", "a.txt", "b.txt") },
        { "application/zip", Samples.Hex("504B0506 00000000 00000000") },
        { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Samples.Zip("<", "[Content_Types].xml", "_rels/.rels", "word/document.xml") },
        { "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Samples.Zip("<", "[Content_Types].xml", "xl/workbook.xml") },
        { "application/vnd.oasis.opendocument.text", Samples.Zip("application/vnd.oasis.opendocument.text", "mimetype", "content.xml") },
        { "application/epub+zip", Samples.Zip("application/epub+zip", "mimetype") },
        { "application/java-archive", Samples.Zip("", "META-INF/", "META-INF/MANIFEST.MF") },
        { "application/gzip", Samples.Hex("1F8B0800000000000003") },
        { "application/x-bzip2", Samples.Hex("425A6839 314159265359") },
        { "application/x-xz", Samples.Hex("FD377A585A0000") },
        { "application/x-7z-compressed", Samples.Hex("377ABCAF271C0004") },
        { "application/vnd.rar", Samples.Hex("526172211A070100") },
        { "application/x-tar", Samples.Tar("MZ.exe") },
        { "font/woff2", "wOF2\0\u0001"u8.ToArray() },
        { "font/ttf", Samples.Hex("00010000 0010 0100") },
        { "application/vnd.microsoft.portable-executable", Samples.Windows },
        { "application/x-elf", Samples.Elf },
        { "application/x-mach-binary", Samples.Hex("CFFAEDFE07000001") },
        { "application/x-mach-binary", Samples.Hex("CAFEBABE 00000002 01000007") },
        { "application/java-vm", Samples.Hex("CAFEBABE 00000041 00") },
        { "application/wasm", Samples.Hex("0061736D01000000") },
        { "text/x-shellscript", Samples.Shell },
        { "application/x-bat", "\r\n@ECHO OFF\r\n"u8.ToArray() },
        { "application/x-httpd-php", "<?php echo 1;"u8.ToArray() },
        { "text/html", Samples.Html },
        { "text/html", " \n<!-- a --> <ScRiPt>alert(1)</script>"u8.ToArray() },
        { "text/html", "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>"u8.ToArray() },
        { "application/xml", "<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'/>"u8.ToArray() },
        { "application/xml", "<?xml version='1.0'?><!-- cut in the mid"u8.ToArray() },
    };

    public static TheoryData<string> Texts =>
    [
        "", " ", "name,size\n1,2\n", "{ \"a\": [1, 2] }", "Übersicht 数据", "MZ", "# <html>", "<", "<!-- only a comment", "< p >", "<plist>", "ID3,Title\n", "BM",
        "Rar! is a program", "1 < 2 and <b", "P6 255",
    ];

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_format_is_told_by_its_first_bytes_whatever_follows(string type, byte[] first)
    {
        Assert.Equal(type, TypeSniffer.Sniff(first).Type.Name);
        Assert.Equal(type, TypeSniffer.Sniff([.. first, .. new byte[3000]]).Type.Name);
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_without_a_mark_is_text(string text)
    {
        var sniffed = TypeSniffer.Sniff(Encoding.UTF8.GetBytes(text));

        Assert.True(sniffed.IsText);
        if (text != "MZ")
        {
            Assert.False(sniffed.Type.IsKnown);
            Assert.Equal(text.Length == 0 ? FileTypes.Nothing : FileTypes.Text, sniffed.Type);
        }
    }

    [Fact]
    public void Bytes_that_texts_do_not_have_are_binary_except_in_UTF_16()
    {
        Assert.Equal((FileTypes.Binary, false), Of([(byte)'a', 0, (byte)'b']));
        Assert.Equal((FileTypes.Text, true), Of([0xFF, 0xFE, (byte)'a', 0, (byte)'b', 0]));
    }

    [Fact]
    public void No_prefix_of_any_format_throws_and_none_is_another_program()
    {
        foreach (var (type, bytes) in Formats.Select(row => row.Data))
        {
            for (var length = 0; length < bytes.Length; length++)
            {
                var sniffed = TypeSniffer.Sniff(bytes.AsSpan(0, length)).Type;
                Assert.True(
                    !sniffed.IsActive || sniffed.Name == type || type == "application/x-tar" || sniffed == FileTypes.JavaClass,
                    $"{length} bytes of {type} are {sniffed.Name}");
            }
        }
    }

    [Fact]
    public void Random_bytes_are_seldom_taken_for_anything()
    {
        var random = new Random(1);
        var bytes = new byte[4096];
        var active = 0;
        for (var turn = 0; turn < 20_000; turn++)
        {
            random.NextBytes(bytes);
            active += TypeSniffer.Sniff(bytes).Type.IsActive ? 1 : 0;
        }

        Assert.InRange(active, 0, 10);
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        byte[] page = [.. Samples.Svg, .. new byte[4000]];
        _ = TypeSniffer.Sniff(page);

        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = TypeSniffer.Sniff(page);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static (FileType, bool) Of(byte[] bytes)
    {
        var sniffed = TypeSniffer.Sniff(bytes);
        return (sniffed.Type, sniffed.IsText);
    }
}
