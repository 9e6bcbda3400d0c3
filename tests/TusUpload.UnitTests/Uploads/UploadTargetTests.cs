using Microsoft.Extensions.Options;

using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Rules;

namespace TusUpload.UnitTests.Uploads;

public sealed class UploadTargetTests
{
    private static readonly NameRules Names = new(Options.Create(new ContentRulesOptions()));

    [Fact]
    public void The_keys_that_mean_something_are_read_and_others_are_left_alone()
    {
        var workspace = Guid.CreateVersion7();

        var target = Read(
            ("filename", "Übersicht 数据.pdf"),
            ("filetype", "application/pdf"),
            ("relativePath", "reports/2026/Übersicht 数据.pdf"),
            ("workspaceId", workspace.ToString()),
            ("sha256", new string('A', 64)),
            ("anything", "else"));

        Assert.Equal("Übersicht 数据.pdf", target.FileName);
        Assert.Equal("application/pdf", target.ContentType);
        Assert.Equal("reports/2026/Übersicht 数据.pdf", target.RelativePath);
        Assert.Equal(workspace, target.WorkspaceId);
        Assert.Equal(new string('a', 64), target.Sha256);
        Assert.Null(target.BatchId);
    }

    [Fact]
    public void Without_metadata_the_upload_has_a_name_all_the_same() => Assert.Equal("unnamed", Read().FileName);

    [Theory]
    [InlineData("a/b.txt", "a_b.txt")]
    [InlineData("..\\..\\b.txt", ".._.._b.txt")]
    [InlineData("line\r\nbreak.txt", "line__break.txt")]
    [InlineData("tab\tbed.txt", "tab_bed.txt")]
    public void What_could_break_a_line_or_a_path_becomes_an_underscore(string name, string clean) =>
        Assert.Equal(clean, Read(("filename", name)).FileName);

    [Theory]
    [InlineData("workspaceId", "default")]
    [InlineData("folderId", "1")]
    [InlineData("linkId", "../x")]
    [InlineData("batchId", "00000000")]
    [InlineData("sha256", "abc")]
    [InlineData("sha256", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    public void A_value_that_cannot_be_meant_is_refused(string key, string value)
    {
        var refused = UploadTarget.Read(Metadata((key, value)), Names);

        Assert.Equal((400, "invalid_metadata"), (refused.Error!.Status, refused.Error.Code));
        Assert.Contains(key, refused.Error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, refused.Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("party-2026")]
    [InlineData("0197b2c4-0000-7000-8000-000000000000")]
    public void A_link_has_an_id_and_a_name(string link) => Assert.Equal(link, Read(("linkId", link)).Link);

    [Fact]
    public void A_name_that_no_column_holds_is_refused() =>
        Assert.Equal("invalid_metadata", UploadTarget.Read(Metadata(("filename", new string('n', 1001))), Names).Error!.Code);

    [Fact]
    public void A_name_that_is_refused_is_told_by_its_key_and_reason()
    {
        var strict = new NameRules(Options.Create(new ContentRulesOptions { Names = UnsafeNames.Refuse }));

        var refused = UploadTarget.Read(Metadata(("filename", "nul.txt"), ("relativePath", "../x")), strict).Error!;

        Assert.Equal(
            (422, "name_not_allowed", "filename", "reserved_name"),
            (refused.Status, refused.Code, refused.Details!["key"], refused.Details["reason"]));
        Assert.DoesNotContain("nul", refused.Message, StringComparison.Ordinal);
        Assert.Equal("dot_segment", UploadTarget.Read(Metadata(("relativePath", "../x")), strict).Error!.Details!["reason"]);
    }

    private static UploadTarget Read(params (string Key, string Value)[] values) => UploadTarget.Read(Metadata(values), Names).Value!;

    private static UploadMetadata Metadata(params (string Key, string Value)[] values) =>
        new("raw", values.ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal));
}
