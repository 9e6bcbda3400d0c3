using System.Net;
using System.Net.Http.Json;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Api;

/// <summary>ETag, If-Match and If-None-Match of things that have versions, with a file as one of them.</summary>
public sealed class ConditionsTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_change_for_the_version_that_is_there_is_made_and_shows_the_next()
    {
        var (id, tag) = await FileAsync();

        using var renamed = await RenameAsync(id, "b", tag);
        Assert.Equal("b", (await renamed.JsonAsync(HttpStatusCode.OK)).Text("fileName"));
        Assert.NotEqual(tag, TagOf(renamed));
        Assert.Equal(TagOf(renamed), await TagOfAsync(id));

        using var again = await RenameAsync(id, "c", TagOf(renamed));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        using var any = await RenameAsync(id, "d", "*");
        Assert.Equal(HttpStatusCode.OK, any.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("\"999\"")]
    [InlineData("W/\"1\"")]
    [InlineData("nonsense")]
    [InlineData("\"1\", \"2\"")]
    public async Task A_change_for_another_version_changes_nothing(string? stale)
    {
        var (id, tag) = await FileAsync();
        using var renamed = await RenameAsync(id, "mine", null);

        await (await RenameAsync(id, "theirs", stale ?? tag)).IsProblemAsync(HttpStatusCode.PreconditionFailed, "precondition_failed");

        Assert.Equal("mine", (await server.Client.GetJsonAsync($"/api/v1/files/{id}")).Text("fileName"));
    }

    [Fact]
    public async Task Of_several_tags_one_of_ours_counts()
    {
        var (id, tag) = await FileAsync();

        using var renamed = await RenameAsync(id, "b", $"\"of something else\", W/\"7\", {tag}");

        Assert.Equal("b", (await renamed.JsonAsync(HttpStatusCode.OK)).Text("fileName"));
        await (await RenameAsync(id, "c", $"\"x\", W/{TagOf(renamed)}")).IsProblemAsync(HttpStatusCode.PreconditionFailed, "precondition_failed");
    }

    [Fact]
    public async Task What_has_changed_since_is_not_deleted()
    {
        var (id, tag) = await FileAsync();
        using var renamed = await RenameAsync(id, "b", null);

        await (await DeleteAsync(id, tag)).IsProblemAsync(HttpStatusCode.PreconditionFailed, "precondition_failed");
        Assert.Equal("b", (await server.Client.GetJsonAsync($"/api/v1/files/{id}")).Text("fileName"));

        using var deleted = await DeleteAsync(id, TagOf(renamed));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await (await DeleteAsync(id, tag)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
    }

    [Fact]
    public async Task Of_those_who_change_the_same_version_at_once_one_does()
    {
        var (id, tag) = await FileAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => RenameAsync(id, $"name {i}", tag)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(11, answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed));
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Fact]
    public async Task Of_somebody_elses_file_no_condition_tells_anything()
    {
        var (id, tag) = await FileAsync();
        using var request = Renaming(id, "theirs", tag);

        await (await server.ClientOf("conditions-other").SendAsync(request, Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
    }

    [Fact]
    public async Task Who_has_the_newest_is_not_sent_it_again()
    {
        var (id, tag) = await FileAsync();

        using var known = await GetAsync(id, $"\"x\", W/{tag}");
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        Assert.Equal(tag, TagOf(known));
        Assert.Empty(await known.Content.ReadAsByteArrayAsync(Ct));

        using var renamed = await RenameAsync(id, "new", tag);
        using var changed = await GetAsync(id, tag);
        Assert.Equal("new", (await changed.JsonAsync(HttpStatusCode.OK)).Text("fileName"));
    }

    [Fact]
    public async Task What_changes_by_itself_is_seen_and_is_nobodys_change()
    {
        var (id, tag) = await FileAsync();
        await ExecuteAsync($"UPDATE tus_upload.files SET content_type = 'text/x-other' WHERE id = '{id}'");

        using var changed = await GetAsync(id, tag);
        Assert.Equal("text/x-other", (await changed.JsonAsync(HttpStatusCode.OK)).Text("contentType"));
        using var renamed = await RenameAsync(id, "still", tag);
        Assert.Equal(HttpStatusCode.OK, renamed.StatusCode);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var database = Npgsql.NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = database.CreateCommand(sql);
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Ct));
    }

    private async Task<(Guid Id, string Tag)> FileAsync()
    {
        var id = await server.UploadAsync([1, 2, 3]);
        await server.Client.WaitForFileAsync(id);
        return (id, await TagOfAsync(id));
    }

    private async Task<string> TagOfAsync(Guid id)
    {
        using var answer = await GetAsync(id, null);
        return TagOf(answer);
    }

    private static string TagOf(HttpResponseMessage answer) => answer.Headers.ETag!.ToString();

    private async Task<HttpResponseMessage> GetAsync(Guid id, string? known)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/files/{id}");
        request.Headers.TryAddWithoutValidation("If-None-Match", known is null ? [] : [known]);
        return await server.Client.SendAsync(request, Ct);
    }

    private async Task<HttpResponseMessage> RenameAsync(Guid id, string name, string? ifMatch)
    {
        using var request = Renaming(id, name, ifMatch);
        return await server.Client.SendAsync(request, Ct);
    }

    private async Task<HttpResponseMessage> DeleteAsync(Guid id, string ifMatch)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/files/{id}");
        request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await server.Client.SendAsync(request, Ct);
    }

    private static HttpRequestMessage Renaming(Guid id, string name, string? ifMatch)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/files/{id}") { Content = JsonContent.Create(new { fileName = name }) };
        request.Headers.TryAddWithoutValidation("If-Match", ifMatch is null ? [] : [ifMatch]);
        return request;
    }
}
