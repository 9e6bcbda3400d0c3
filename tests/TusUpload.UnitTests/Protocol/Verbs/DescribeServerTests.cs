namespace TusUpload.UnitTests.Protocol.Verbs;

public sealed class DescribeServerTests
{
    [Fact]
    public async Task Options_names_versions_extensions_and_the_largest_upload()
    {
        await using var server = await TusServer.StartAsync(options => options.MaxSize = 1000);

        var answer = await server.SendAsync("OPTIONS", "/uploads", "");

        Assert.Equal(204, answer.Status);
        Assert.Equal("1.0.0", answer["Tus-Version"]);
        Assert.Equal("1.0.0", answer["Tus-Resumable"]);
        Assert.Equal("creation,creation-with-upload,creation-defer-length,termination,expiration", answer["Tus-Extension"]);
        Assert.Equal("1000", answer["Tus-Max-Size"]);
    }

    [Fact]
    public async Task A_store_without_abilities_advertises_none_and_its_verbs_are_not_allowed()
    {
        await using var server = await TusServer.StartAsync(options => options.MaxSize = null, new ReadOnlyStore());

        var options = await server.SendAsync("OPTIONS", "/uploads/" + Guid.CreateVersion7(), "");
        var post = await server.TusAsync("POST", "/uploads", "", "Upload-Length: 1");
        var delete = await server.TusAsync("DELETE", "/uploads/" + Guid.CreateVersion7(), "");

        Assert.Equal("", options["Tus-Extension"] ?? "");
        Assert.Null(options["Tus-Max-Size"]);
        Assert.Equal((405, "OPTIONS"), (post.Status, post["Allow"]));
        Assert.Equal((405, "OPTIONS, HEAD, PATCH"), (delete.Status, delete["Allow"]));
    }
}
