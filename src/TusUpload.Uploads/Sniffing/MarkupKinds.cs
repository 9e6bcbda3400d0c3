using System.Buffers;
using System.Text;

namespace TusUpload.Uploads.Sniffing;

/// <summary>
/// Text that a browser or a server would run or draw: by its first element, behind white space, the XML declaration, comments and a
/// document type. The names are those of the WHATWG's MIME Sniffing Standard; a comment alone is no page here, for pictures in SVG often
/// begin with one.
/// </summary>
internal static class MarkupKinds
{
    private static readonly SearchValues<byte> EndsName = SearchValues.Create("\t\n\f\r >/["u8);

    private static readonly string[] PageElements =
        ["html", "head", "script", "iframe", "h1", "div", "font", "table", "a", "style", "title", "b", "body", "br", "p"];

    /// <summary>Null where it is none of them.</summary>
    public static FileType? Find(ReadOnlySpan<byte> bytes)
    {
        var rest = Trim(bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes);
        if (StartsWith(rest, "@echo off"))
        {
            return FileTypes.Batch;
        }

        FileType? known = null;
        while (rest is [(byte)'<', ..])
        {
            ReadOnlySpan<byte> end;
            if (StartsWith(rest, "<?php") || StartsWith(rest, "<?="))
            {
                return FileTypes.Php;
            }
            else if (StartsWith(rest, "<?"))
            {
                known = StartsWith(rest, "<?xml") ? FileTypes.Xml : known;
                end = "?>"u8;
            }
            else if (StartsWith(rest, "<!--"))
            {
                end = "-->"u8;
            }
            else if (StartsWith(rest, "<!doctype"))
            {
                var name = NameOf(Trim(rest["<!doctype".Length..]));
                if (Is(name, "html"))
                {
                    return FileTypes.Html;
                }

                known = FileTypes.Xml;
                end = rest.IndexOf((byte)'[') is >= 0 and var inner && inner < rest.IndexOf((byte)'>') ? "]>"u8 : ">"u8;
            }
            else
            {
                return OfElement(rest[1..], known);
            }

            rest = rest.IndexOf(end) is >= 0 and var at ? Trim(rest[(at + end.Length)..]) : [];
        }

        return known;
    }

    private static FileType? OfElement(ReadOnlySpan<byte> element, FileType? known)
    {
        var name = NameOf(element);
        if (name.Length == element.Length)
        {
            // Cut in the middle.
            return known;
        }

        foreach (var page in PageElements)
        {
            if (Is(name, page))
            {
                return FileTypes.Html;
            }
        }

        return Is(name[(name.IndexOf((byte)':') + 1)..], "svg") ? FileTypes.Svg : known;
    }

    private static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> text) =>
        text.IndexOfAny(EndsName) is >= 0 and var end ? text[..end] : text;

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.TrimStart("\t\n\f\r "u8);

    private static bool StartsWith(ReadOnlySpan<byte> text, string start) =>
        text.Length >= start.Length && Ascii.EqualsIgnoreCase(text[..start.Length], start);

    private static bool Is(ReadOnlySpan<byte> text, string name) => Ascii.EqualsIgnoreCase(text, name);
}
