namespace TusUpload.UnitTests.Protocol.Verbs;

public sealed class DeleteUploadTests
{
    [Fact]
    public async Task A_terminated_upload_is_gone()
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(10);

        var first = await server.TusAsync("DELETE", $"/uploads/{id}", "");
        var second = await server.TusAsync("DELETE", $"/uploads/{id}", "");
        var head = await server.TusAsync("HEAD", $"/uploads/{id}", "");

        Assert.Equal(204, first.Status);
        Assert.Equal((404, "upload_not_found"), (second.Status, second.Code));
        Assert.Equal(404, head.Status);
    }

    [Theory]
    [InlineData("/uploads", 405)]
    [InlineData("/uploads/x", 404)]
    public async Task What_is_no_upload_is_refused(string path, int status)
    {
        await using var server = await TusServer.StartAsync();

        Assert.Equal(status, (await server.TusAsync("DELETE", path, "")).Status);
    }
}
