using TusUpload.UnitTests.Uploads.Sniffing;
using TusUpload.Uploads.Rules;
using TusUpload.Uploads.Sniffing;

namespace TusUpload.UnitTests.Uploads.Rules;

public sealed class UploadRulesTests
{
    private static readonly ContentRules Server = new() { DeniedExtensions = ["exe"], MaxFileSize = 100 };
    private static readonly ContentRules Link = new() { AllowedTypes = ["image/*"], MaxFileSize = 50 };

    [Fact]
    public void All_have_to_agree()
    {
        var rules = new UploadRules([Server, Link], SniffingMode.Rules);

        Assert.Null(rules.Check("a.png", null, TypeClaim.Of("image/png"), 50));
        Assert.Equal("extension_not_allowed", rules.Check("a.exe", null, TypeClaim.Of("image/png"), 50)!.Code);
        Assert.Equal("type_not_allowed", rules.Check("a.png", null, TypeClaim.Of("video/mp4"), 50)!.Code);
        Assert.Equal(("file_too_large", 50L), (rules.CheckSize(51)!.Code, rules.CheckSize(51)!.Details!["limit"]));
        Assert.Equal(50, rules.MaxFileSize);
        Assert.Equal("type_not_allowed", rules.CheckSniffed(TypeSniffer.Sniff(Samples.Pdf), default)!.Code);
    }

    [Fact]
    public void A_path_may_not_end_as_no_name_may()
    {
        var rules = new UploadRules([Server], SniffingMode.Rules);

        Assert.Equal("extension_not_allowed", rules.Check("a.png", "b/a.exe", default, 1)!.Code);
        Assert.Null(rules.Check("a.png", "b.exe/a.png", default, 1));
    }

    [Theory]
    [InlineData(SniffingMode.Off, "image/png", true, false)]
    [InlineData(SniffingMode.Rules, null, false, false)]
    [InlineData(SniffingMode.Rules, "application/octet-stream", false, false)]
    [InlineData(SniffingMode.Rules, "application/x-unheard-of", false, false)]
    [InlineData(SniffingMode.Rules, "image/png", false, true)]
    [InlineData(SniffingMode.Rules, "text/plain", false, true)]
    [InlineData(SniffingMode.Rules, null, true, true)]
    [InlineData(SniffingMode.Strict, null, false, false)]
    [InlineData(SniffingMode.Strict, "application/x-unheard-of", false, true)]
    public void Bytes_are_looked_at_where_it_matters_and_nowhere_else(SniffingMode mode, string? type, bool hasLists, bool looks) =>
        Assert.Equal(looks, new UploadRules([hasLists ? Link : Server], mode).LookAt(TypeClaim.Of(type)));

    [Theory]
    [InlineData(SniffingMode.Rules, null)]
    [InlineData(SniffingMode.Strict, "type_mismatch")]
    public void Another_kind_than_was_said_is_refused_only_when_strict(SniffingMode mode, string? code) =>
        Assert.Equal(
            code, new UploadRules([ContentRules.None], mode).CheckSniffed(TypeSniffer.Sniff(Samples.Zip("a", "a")), TypeClaim.Of("application/pdf"))?.Code);

    [Fact]
    public void A_program_that_is_called_a_picture_is_refused_without_any_list()
    {
        var refused = new UploadRules([ContentRules.None], SniffingMode.Rules).CheckSniffed(TypeSniffer.Sniff(Samples.Windows), TypeClaim.Of("image/png"))!;

        Assert.Equal(
            (415, "type_mismatch", "application/vnd.microsoft.portable-executable"), (refused.Status, refused.Code, refused.Details!["detectedType"]));
    }

    [Fact]
    public void What_has_no_type_is_unknown_where_nobody_looks()
    {
        Assert.Equal("type_not_allowed", new UploadRules([Link], SniffingMode.Off).Check("a", null, default, 1)!.Code);
        Assert.Null(new UploadRules([Link], SniffingMode.Rules).Check("a", null, default, 1));
    }
}
