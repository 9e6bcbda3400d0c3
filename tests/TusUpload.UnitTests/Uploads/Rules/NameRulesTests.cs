using System.Text;

using Microsoft.Extensions.Options;

using TusUpload.Uploads.Rules;

namespace TusUpload.UnitTests.Uploads.Rules;

public sealed class NameRulesTests
{
    private static readonly NameRules Cleaning = new(Options.Create(new ContentRulesOptions()));
    private static readonly NameRules Refusing = new(Options.Create(new ContentRulesOptions { Names = UnsafeNames.Refuse }));

    public static TheoryData<string, string, string> Unsafe => new()
    {
        { "a/b.txt", "a_b.txt", "separator" },
        { "..\\b.txt", ".._b.txt", "separator" },
        { "line\r\nbreak", "line__break", "control_character" },
        { "bell\u0007\u0085", "bell__", "control_character" },
        { "line\u2028break", "line_break", "control_character" },
        { "CON", "_CON", "reserved_name" },
        { "nul.txt", "_nul.txt", "reserved_name" },
        { "Com1.tar.gz", "_Com1.tar.gz", "reserved_name" },
        { "LPT³", "_LPT³", "reserved_name" },
        { "conin$", "_conin$", "reserved_name" },
        { "aux .h", "_aux .h", "reserved_name" },
        { "name.", "name", "trailing_dot_or_space" },
        { "name . .", "name", "trailing_dot_or_space" },
        { "con.", "_con", "trailing_dot_or_space" },
        { "..", "unnamed", "trailing_dot_or_space" },
        { "photo\u202Egpj.exe", "photogpj.exe", "invisible_character" },
        { "\u2066a\u2069.txt", "a.txt", "invisible_character" },
        { "a\u200Bb\uFEFF.txt", "ab.txt", "invisible_character" },
        { "inv\u00ADoice", "invoice", "invisible_character" },
        { "pay\u200Dpal.exe", "paypal.exe", "invisible_character" },
        { "a\uFE0F.txt", "a.txt", "invisible_character" },
        { "a\U000E0041\U000E0042", "a", "invisible_character" },
        { "\u200E", "unnamed", "invisible_character" },
        { "c\u200Bon", "_con", "invisible_character" },
    };

    public static TheoryData<string> Safe =>
    [
        "a.txt", "Übersicht 数据.pdf", " leading", ".gitignore", "a..b", "console.log", "common", "COM", "COM10", "nullable.cs", "12:30 <draft>?.txt",
        "می\u200Cخواهم.pdf", "👨\u200D👩\u200D👧.jpg", "❤\uFE0F.png", "1\uFE0F\u20E3.txt", "🏴\U000E0067\U000E0062\U000E007F.svg", "שלום.doc", "e\u0301.txt",
        "क्\u200Dष.txt",
    ];

    public static TheoryData<string, string?, string> UnsafePaths => new()
    {
        { "/etc/passwd", "etc/passwd", "absolute" },
        { "C:\\Users\\ann\\a.txt", "Users/ann/a.txt", "absolute" },
        { "c:a.txt", "a.txt", "absolute" },
        { "\\\\server\\share\\a.txt", "server/share/a.txt", "absolute" },
        { "../../a.txt", "a.txt", "dot_segment" },
        { "a/./b/../c.txt", "a/b/c.txt", "dot_segment" },
        { "a/.. /c.txt", "a/c.txt", "trailing_dot_or_space" },
        { "a//b.txt", "a/b.txt", "empty" },
        { "a/b/", "a/b", "empty" },
        { "a\\b.txt", "a/b.txt", "separator" },
        { "nul/b.txt", "_nul/b.txt", "reserved_name" },
        { "a\u202E/b.txt", "a/b.txt", "invisible_character" },
        { "/", null, "absolute" },
        { "..", null, "dot_segment" },
    };

    [Theory]
    [MemberData(nameof(Unsafe))]
    public void An_unsafe_name_is_made_harmless_or_refused(string name, string clean, string reason)
    {
        Assert.Equal(clean, Cleaning.NameOf(name).Value);
        AssertRefused(Refusing.NameOf(name).Error!, "filename", reason);
        Assert.Equal(clean, Cleaning.NameOf(clean).Value);
    }

    [Theory]
    [MemberData(nameof(Safe))]
    public void A_safe_name_stays_as_it_is(string name)
    {
        Assert.Equal(name, Cleaning.NameOf(name).Value);
        Assert.Equal(name, Refusing.NameOf(name).Value);
    }

    [Theory]
    [MemberData(nameof(UnsafePaths))]
    public void A_path_leads_nowhere_but_down(string path, string? clean, string reason)
    {
        Assert.Equal((clean, null), (Cleaning.PathOf(path).Value, Cleaning.PathOf(path).Error));
        AssertRefused(Refusing.PathOf(path).Error!, "relativePath", reason);
    }

    [Fact]
    public void Without_a_name_it_is_unnamed_and_without_a_path_it_has_none()
    {
        Assert.Equal("unnamed", Refusing.NameOf(null).Value);
        Assert.Equal((null, null), (Refusing.PathOf(null).Value, Refusing.PathOf(null).Error));
    }

    [Theory]
    [InlineData("n", 300, ".txt", 251)]
    [InlineData("数", 100, ".tar.gz", 84)]
    [InlineData("😀", 80, "", 63)]
    [InlineData("n", 10, ".extension-that-is-longer-than-any-that-somebody-uses-and-so-is-none-of-them-but-a-part-of-the-name-and-so-on-and-so-on-and-so-on-"
        + "and-so-on-and-so-on-and-so-on-and-so-on-and-so-on-and-so-on-and-so-on-and-so-on-and-so-on-and-so-on-and-so-on-and-so-on", 10)]
    public void A_long_name_is_cut_at_a_letter_and_keeps_its_extension(string letter, int times, string extension, int kept)
    {
        var clean = Cleaning.NameOf(string.Concat(Enumerable.Repeat(letter, times)) + extension).Value!;

        Assert.InRange(Encoding.UTF8.GetByteCount(clean), 250, 255);
        Assert.StartsWith(string.Concat(Enumerable.Repeat(letter, kept)), clean, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', clean);
        if (extension.Length < 10)
        {
            Assert.EndsWith(Path.GetExtension(extension), clean, StringComparison.Ordinal);
        }

        AssertRefused(Refusing.NameOf(new string('n', 256)).Error!, "filename", "too_long");
        Assert.Equal(new string('n', 255), Refusing.NameOf(new string('n', 255)).Value);
    }

    [Fact]
    public void A_tree_that_is_too_deep_is_refused_in_any_case()
    {
        var deep = string.Join('/', Enumerable.Repeat("a", 65));

        AssertRefused(Cleaning.PathOf(deep).Error!, "relativePath", "too_deep");
        Assert.Equal(deep[2..], Cleaning.PathOf(deep[2..]).Value);
    }

    private static void AssertRefused(TusUpload.Protocol.Errors.TusError error, string key, string reason) =>
        Assert.Equal((422, "name_not_allowed", key, reason), (error.Status, error.Code, error.Details!["key"], error.Details["reason"]));
}
