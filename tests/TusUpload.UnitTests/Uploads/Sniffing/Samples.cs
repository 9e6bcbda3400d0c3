using System.Text;

namespace TusUpload.UnitTests.Uploads.Sniffing;

/// <summary>First bytes as files have them.</summary>
internal static class Samples
{
    public static byte[] Png => Hex("89504E470D0A1A0A 0000000D 49484452");

    public static byte[] Jpeg => Hex("FFD8FFE000104A46494600");

    public static byte[] Gif => [.. "GIF89a"u8, 1, 0, 1, 0];

    public static byte[] Pdf => [.. "%PDF-1.7\n"u8, 0x25, 0xE2, 0xE3, 0xCF, 0xD3];

    public static byte[] Windows => [.. "MZ"u8, 0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0xFF, 0xFF, .. new byte[46], 0x80, 0, 0, 0, .. "PE\0\0"u8];

    public static byte[] Elf => [.. "\u007FELF"u8, 2, 1, 1, 0];

    public static byte[] Html => "<!DOCTYPE html>\n<html><body onload=alert(1)></body></html>"u8.ToArray();

    public static byte[] Svg => "<?xml version=\"1.0\"?>\n<!-- by hand -->\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>"u8.ToArray();

    public static byte[] Shell => "#!/bin/sh\nrm -rf /\n"u8.ToArray();

    public static byte[] Csv => "name;size\na;1\n"u8.ToArray();

    public static byte[] Ole => Hex("D0CF11E0A1B11AE1 00000000");

    public static byte[] Mp4 => [0, 0, 0, 0x20, .. "ftypisom"u8, 0, 0, 2, 0];

    /// <summary>A tar archive whose first file has that name.</summary>
    public static byte[] Tar(string name)
    {
        var head = new byte[512];
        Encoding.ASCII.GetBytes(name, head);
        "ustar\0"u8.CopyTo(head.AsSpan(257));
        return head;
    }

    /// <summary>A zip archive of stored entries with these names; the first one's content follows its name.</summary>
    public static byte[] Zip(string content, params string[] names) =>
        [.. names.SelectMany((name, place) => Entry(name, place == 0 ? content : ""))];

    public static byte[] Hex(string digits) => Convert.FromHexString(digits.Replace(" ", "", StringComparison.Ordinal));

    private static byte[] Entry(string name, string content) =>
    [
        .. "PK\u0003\u0004"u8, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)content.Length, 0, 0, 0, (byte)content.Length, 0, 0, 0, (byte)name.Length, 0, 0, 0,
        .. Encoding.ASCII.GetBytes(name + content),
    ];
}
