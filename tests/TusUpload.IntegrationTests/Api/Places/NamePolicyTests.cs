using System.Net;

using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Api.Places;

public sealed class NamePolicyTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private HttpClient Client => server.Client;

    [Fact]
    public async Task By_default_both_stand_under_the_same_name()
    {
        var space = await Client.MakeWorkspaceAsync();

        var (first, second) = (await ReadyAsync(space, "a", [1]), await ReadyAsync(space, "a", [2]));

        Assert.Equal([second, first], (await Client.GetJsonAsync($"/api/v1/files?workspaceId={space}")).Ids());
    }

    [Fact]
    public async Task Where_names_are_taken_once_one_of_many_posts_gets_in_whatever_the_way()
    {
        var space = await Client.MakeWorkspaceAsync(namePolicy: "refuse");
        var folder = await Client.MakeFolderAsync(space, "folder");
        await ReadyAsync(space, "e\u0301", [1]);
        await (await Client.PostFileAsync("\u00e9", ("workspaceId", space.ToString()))).IsProblemAsync(HttpStatusCode.UnprocessableEntity, "name_taken");
        await ReadyAsync(space, "\u00e9", [1], ("folderId", folder.ToString()));

        for (var round = 0; round < 5; round++)
        {
            var name = $"n{round}";
            var plain = Enumerable.Range(0, 6).Select(_ => Client.PostFileAsync(name, ("workspaceId", space.ToString()), ("folderId", folder.ToString())));
            var slow = Enumerable.Range(0, 4).Select(_ => Client.PostAsync(5, null, PlaceCalls.Metadata(
                ("filename", name), ("workspaceId", space.ToString()), ("folderId", folder.ToString()))));
            var parts = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Client.UploadPartAsync([1])));
            var joined = parts.Select(part => Client.ConcatenateAsync(
                [part], PlaceCalls.Metadata(("filename", name), ("workspaceId", space.ToString()), ("folderId", folder.ToString()))));

            var answers = await Task.WhenAll(plain.Concat(slow).Concat(joined));

            Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
            Assert.All(answers.Where(answer => answer.StatusCode != HttpStatusCode.Created), answer => Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode));
        }
    }

    [Fact]
    public async Task A_name_is_free_again_when_its_file_or_upload_is_gone_and_its_own_upload_finds_itself()
    {
        var space = await Client.MakeWorkspaceAsync(namePolicy: "refuse");
        var place = ("workspaceId", space.ToString());
        var file = await ReadyAsync(space, "a", [1]);
        await Client.DeleteAsync($"/api/v1/files/{file}", Ct).NoContentAsync();
        var running = await Client.CreateAsync(5, PlaceCalls.Metadata(("filename", "a"), place, ("resumeKey", "k")));

        using var again = await Client.PostAsync(5, null, PlaceCalls.Metadata(("filename", "a"), place, ("resumeKey", "k")));

        Assert.Equal(running, again.Headers.Location);
        await (await Client.PostFileAsync("a", place)).IsProblemAsync(HttpStatusCode.UnprocessableEntity, "name_taken");
        using var ended = await Client.TerminateAsync(running);
        await ReadyAsync(space, "a", [1]);
    }

    [Fact]
    public async Task Renames_moves_and_copies_are_refused_where_a_post_would_be()
    {
        var space = await Client.MakeWorkspaceAsync(namePolicy: "refuse");
        var folder = await Client.MakeFolderAsync(space, "folder");
        var (a, b) = (await ReadyAsync(space, "a", [1]), await ReadyAsync(space, "b", [1]));
        var inside = await ReadyAsync(space, "a", [1], ("folderId", folder.ToString()));

        await (await Client.PatchAsync($"/api/v1/files/{b}", new { fileName = "a" })).IsProblemAsync(HttpStatusCode.UnprocessableEntity, "name_taken");
        await (await Client.PatchAsync($"/api/v1/files/{inside}", new { folderId = (Guid?)null })).IsProblemAsync(HttpStatusCode.UnprocessableEntity, "name_taken");
        await (await Client.PostJsonAsync($"/api/v1/files/{a}/copy", new { })).IsProblemAsync(HttpStatusCode.UnprocessableEntity, "name_taken");
        await (await Client.PatchAsync($"/api/v1/files/{a}", new { fileName = "a" })).JsonAsync(HttpStatusCode.OK);
        var races = await Task.WhenAll(new[] { b, inside }.SelectMany(file => Enumerable.Range(0, 4).Select(_ =>
            Client.PatchAsync($"/api/v1/files/{file}", new { fileName = "c", folderId = (Guid?)null }))).Concat(
            Enumerable.Range(0, 4).Select(_ => Client.PostJsonAsync($"/api/v1/files/{a}/copy", new { fileName = "c" }))));
        Assert.Contains(races, race => race.IsSuccessStatusCode);
        Assert.Single((await Client.GetJsonAsync($"/api/v1/files?workspaceId={space}&folderId=root&name=c")).Ids());
    }

    [Fact]
    public async Task A_new_file_takes_the_place_of_the_old_one_which_stays_as_a_version()
    {
        var space = await Client.MakeWorkspaceAsync(namePolicy: "replace");
        var folder = await Client.MakeFolderAsync(space, "folder");
        var place = ("folderId", folder.ToString());
        var batch = (await (await Client.PostJsonAsync("/api/v1/batches", new { workspaceId = space })).JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        var first = await ReadyAsync(space, "a", [1], place, ("batchId", batch.ToString()));
        var second = await ReadyAsync(space, "a", [2], place, ("batchId", batch.ToString()));
        var beside = await ReadyAsync(space, "a", [3]);
        var part = await Client.UploadPartAsync([4]);
        var third = (await Client.JoinAsync([part], PlaceCalls.Metadata(("filename", "a"), ("workspaceId", space.ToString()), place))).Id();
        await Client.WaitForFileAsync(third);

        Assert.Equal([third], (await Client.GetJsonAsync($"/api/v1/files?folderId={folder}")).Ids());
        Assert.Equal([third, beside], (await Client.GetJsonAsync($"/api/v1/files?workspaceId={space}")).Ids());
        Assert.Equal([third, second, first], (await Client.GetJsonAsync($"/api/v1/files/{first}/versions")).Ids());
        Assert.Equal([1], await Client.GetByteArrayAsync($"/api/v1/files/{first}/content", Ct));
        Assert.Equal(1, (await Client.GetJsonAsync($"/api/v1/folders/{folder}")).GetProperty("files").GetInt32());
        Assert.Equal(["a"], await EntriesAsync($"/api/v1/folders/{folder}/content"));

        await Client.DeleteAsync($"/api/v1/files/{third}", Ct).NoContentAsync();

        Assert.Equal([second], (await Client.GetJsonAsync($"/api/v1/files?folderId={folder}")).Ids());
        Assert.Equal(["a"], await EntriesAsync($"/api/v1/batches/{batch}/content"));
        await (await Client.PatchAsync($"/api/v1/files/{second}", new { fileName = "b" })).JsonAsync(HttpStatusCode.OK);
        Assert.Equal([second, first], (await Client.GetJsonAsync($"/api/v1/files?folderId={folder}")).Ids());
    }

    [Fact]
    public async Task A_name_that_is_too_long_is_cut_and_let_in_under_every_policy()
    {
        var name = new string('\u6587', 1000);
        foreach (var policy in new[] { "keep_both", "refuse", "replace" })
        {
            var file = await ReadyAsync(await Client.MakeWorkspaceAsync(namePolicy: policy), name, [1]);
            Assert.Equal(name[..85], (await Client.GetJsonAsync($"/api/v1/files/{file}")).Text("fileName"));
        }
    }

    private async Task<Guid> ReadyAsync(Guid space, string name, byte[] content, params (string, string)[] metadata)
    {
        var id = await server.UploadAsync(content, name, metadata: [("workspaceId", space.ToString()), .. metadata]);
        await Client.WaitForFileAsync(id);
        return id;
    }

    private async Task<IEnumerable<string>> EntriesAsync(string path)
    {
        await using var zip = await System.IO.Compression.ZipArchive.CreateAsync(
            new MemoryStream(await Client.GetByteArrayAsync(path, Ct)), System.IO.Compression.ZipArchiveMode.Read, false, null, Ct);
        return [.. zip.Entries.Select(entry => entry.FullName)];
    }
}
