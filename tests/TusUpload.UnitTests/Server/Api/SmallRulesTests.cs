using TusUpload.Server.Api;
using TusUpload.Server.Api.Files;
using TusUpload.Server.Setup;

namespace TusUpload.UnitTests.Server.Api;

public sealed class SmallRulesTests
{
    [Theory]
    [InlineData("image/png", "image/png")]
    [InlineData("text/plain; charset=utf-8", "text/plain")]
    [InlineData("text/html", "application/octet-stream")]
    [InlineData("application/xhtml+xml", "application/octet-stream")]
    [InlineData("image/svg+xml", "application/octet-stream")]
    [InlineData("text/javascript", "application/octet-stream")]
    [InlineData("*/*", "application/octet-stream")]
    [InlineData("no type", "application/octet-stream")]
    [InlineData(null, "application/octet-stream")]
    public void The_clients_type_is_served_where_no_browser_would_run_it(string? claimed, string served) =>
        Assert.Equal(served, SafeContentType.Of(claimed));

    [Theory]
    [InlineData("a.txt", true)]
    [InlineData("ü — 文件", true)]
    [InlineData("", false)]
    [InlineData("  ", false)]
    [InlineData("..", false)]
    [InlineData("a/b", false)]
    [InlineData("a\\b", false)]
    [InlineData("a\nb", false)]
    [InlineData(null, false)]
    public void A_name_is_short_printable_and_no_path(string? name, bool isName) => Assert.Equal(isName, GivenNames.IsName(name));

    [Fact]
    public void A_name_has_at_most_255_characters()
    {
        Assert.True(GivenNames.IsName(new string('a', 255)));
        Assert.False(GivenNames.IsName(new string('a', 256)));
    }

    [Fact]
    public void A_cursor_leads_back_to_the_id_it_was_made_of()
    {
        var id = Guid.CreateVersion7();

        Assert.True(new PageRequest(7, PageRequest.Write(id)).TryRead(out var limit, out var below, out _));

        Assert.Equal((7, id), (limit, below));
    }

    [Theory]
    [InlineData(0, null, "invalid_limit")]
    [InlineData(201, null, "invalid_limit")]
    [InlineData(null, "nonsense", "invalid_cursor")]
    [InlineData(null, "!!!!!!!!!!!!!!!!!!!!!!", "invalid_cursor")]
    public void A_wrong_page_is_refused(int? limit, string? cursor, string code)
    {
        Assert.False(new PageRequest(limit, cursor).TryRead(out _, out _, out var error));

        Assert.Equal(code, error.Code);
    }

    [Theory]
    [InlineData("0HN-7_a.b:1", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a\r\nSet-Cookie: x", false)]
    public void A_request_id_is_taken_over_only_where_it_is_harmless(string id, bool isHarmless) =>
        Assert.Equal(isHarmless, RequestIds.IsHarmless(id));
}
