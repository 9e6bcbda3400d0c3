using TusUpload.UnitTests.Uploads.Sniffing;
using TusUpload.Uploads.Rules;
using TusUpload.Uploads.Sniffing;

namespace TusUpload.UnitTests.Uploads.Rules;

public sealed class ContentRulesTests
{
    private static readonly ContentRules Pictures = new() { AllowedTypes = ["image/*", "application/pdf"], DeniedTypes = ["image/svg+xml"] };
    private static readonly ContentRules Ends = new() { AllowedExtensions = ["jpg", ".PNG", "tar.gz"], DeniedExtensions = ["bad.png"] };

    [Theory]
    [InlineData("image/png", true)]
    [InlineData("IMAGE/PNG; a=b", true)]
    [InlineData("application/x-pdf", true)]
    [InlineData(null, true)]
    [InlineData("image/svg+xml", false)]
    [InlineData("image/svg", false)]
    [InlineData("application/octet-stream", false)]
    [InlineData("imageX/png", false)]
    [InlineData("png", false)]
    public void A_type_has_to_be_allowed_and_not_denied(string? type, bool passes) =>
        Assert.Equal(passes ? null : (415, "type_not_allowed"), Of(Pictures.Check("a", TypeClaim.Of(type), 1)));

    [Theory]
    [InlineData("a.jpg", true)]
    [InlineData("a.JPG", true)]
    [InlineData("a.png", true)]
    [InlineData("a.tar.gz", true)]
    [InlineData("a.gz", false)]
    [InlineData("jpg", false)]
    [InlineData(".jpg", true)]
    [InlineData("a.jpg.exe", false)]
    [InlineData("a.bad.png", false)]
    [InlineData("a.exe:.jpg", true)]
    [InlineData("a.jpg:b", true)]
    [InlineData("a.exe:b", false)]
    public void A_name_has_to_end_as_allowed(string name, bool passes) =>
        Assert.Equal(passes ? null : (415, "extension_not_allowed"), Of(Ends.Check(name, default, 1)));

    [Fact]
    public void A_size_is_held_to_the_limit_once_it_is_known()
    {
        var rules = new ContentRules { MaxFileSize = 10 };

        Assert.Null(rules.Check("a", default, null));
        Assert.Null(rules.Check("a", default, 10));
        var refused = rules.Check("a", default, 11)!;
        Assert.Equal((413, "file_too_large", 10L, 11L), (refused.Status, refused.Code, refused.Details!["limit"], refused.Details["bytesAsked"]));
    }

    [Fact]
    public void Without_rules_everything_passes()
    {
        Assert.Null(ContentRules.None.Check("a.exe", TypeClaim.Of("application/x-msdownload"), long.MaxValue));
        Assert.Null(ContentRules.None.CheckSniffed(TypeSniffer.Sniff(Samples.Windows), default));
    }

    public static TheoryData<string?, byte[], bool> Bytes => new()
    {
        { "image/png", Samples.Png, true },
        { "image/png", Samples.Jpeg, true },
        { null, Samples.Gif, true },
        { null, Samples.Pdf, true },
        { "image/png", Samples.Svg, false },
        { "image/png", Samples.Windows, false },
        { "image/png", Samples.Csv, false },
        { "image/png", new byte[9], false },
        { null, Samples.Csv, false },
        { null, new byte[9], false },
        { "image/x-tga", new byte[9], true },
        { "image/png", Array.Empty<byte>(), true },
        { "application/pdf", Samples.Zip("a", "a"), false },
        { null, Samples.Zip("a", "a"), false },
    };

    [Theory]
    [MemberData(nameof(Bytes))]
    public void Bytes_have_to_be_of_an_allowed_type_as_well(string? claim, byte[] bytes, bool passes) =>
        Assert.Equal(passes ? null : (415, "type_not_allowed"), Of(Pictures.CheckSniffed(TypeSniffer.Sniff(bytes), TypeClaim.Of(claim))));

    [Theory]
    [InlineData("application/vnd.openxmlformats-officedocument.wordprocessingml.document")]
    [InlineData("application/epub+zip")]
    public void What_a_format_cannot_tell_is_what_the_client_says(string type)
    {
        var zip = TypeSniffer.Sniff(Samples.Zip("<", "[Content_Types].xml"));

        Assert.Null(new ContentRules { AllowedTypes = [type] }.CheckSniffed(zip, TypeClaim.Of(type)));
        Assert.Null(new ContentRules { DeniedTypes = ["application/zip"] }.CheckSniffed(zip, TypeClaim.Of(type)));
        Assert.NotNull(new ContentRules { AllowedTypes = [type] }.CheckSniffed(zip, default));
        Assert.NotNull(new ContentRules { DeniedTypes = ["application/zip"] }.CheckSniffed(zip, default));
    }

    [Fact]
    public void Text_is_what_the_client_says_unless_that_is_denied()
    {
        var page = TypeSniffer.Sniff(Samples.Html);

        Assert.Null(new ContentRules { AllowedTypes = ["text/markdown"] }.CheckSniffed(page, TypeClaim.Of("text/markdown")));
        Assert.NotNull(new ContentRules { DeniedTypes = ["text/html"] }.CheckSniffed(page, TypeClaim.Of("text/markdown")));
        Assert.NotNull(new ContentRules { DeniedTypes = ["text/html"] }.CheckSniffed(page, TypeClaim.Of("application/vnd.ms-excel")));
        Assert.Null(new ContentRules { AllowedTypes = ["text/csv"] }.CheckSniffed(TypeSniffer.Sniff(Samples.Csv), TypeClaim.Of("text/csv")));
        Assert.Null(new ContentRules { AllowedTypes = ["text/*"] }.CheckSniffed(TypeSniffer.Sniff(Samples.Csv), default));
    }

    [Fact]
    public void A_refusal_says_what_it_found_and_what_would_be_taken()
    {
        var refused = Pictures.CheckSniffed(TypeSniffer.Sniff(Samples.Elf), TypeClaim.Of("image/png"))!;

        Assert.Equal(
            ("application/x-elf", "image/*, application/pdf", "image/svg+xml"),
            (refused.Details!["detectedType"], refused.Details["allowedTypes"], refused.Details["deniedTypes"]));
        Assert.Equal("jpg, .PNG, tar.gz", Ends.Check("a", default, 1)!.Details!["allowedExtensions"]);
    }

    [Theory]
    [InlineData("image/png", true)]
    [InlineData("image/*", true)]
    [InlineData("*/*", true)]
    [InlineData("application/vnd.a+b.c-d", true)]
    [InlineData("*", false)]
    [InlineData("*/png", false)]
    [InlineData("image", false)]
    [InlineData("image/p*", false)]
    [InlineData("image/png; q=1", false)]
    public void A_rule_for_types_names_one_or_all_of_a_kind(string type, bool passes)
    {
        var options = new ContentRulesOptions { DeniedTypes = [type] };
        Assert.Equal(passes, new ContentRulesOptionsRules().Validate(null, options).Succeeded);
    }

    [Theory]
    [InlineData("pdf", true)]
    [InlineData(".tar.gz", true)]
    [InlineData("", false)]
    [InlineData("*.pdf", false)]
    [InlineData("a/b", false)]
    public void A_rule_for_extensions_names_an_end(string extension, bool passes)
    {
        var options = new ContentRulesOptions { AllowedExtensions = [extension] };
        Assert.Equal(passes, new ContentRulesOptionsRules().Validate(null, options).Succeeded);
    }

    private static (int, string)? Of(TusUpload.Protocol.Errors.TusError? error) => error is null ? null : (error.Status, error.Code);
}
