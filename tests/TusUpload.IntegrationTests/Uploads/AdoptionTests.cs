using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Api.Places;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Uploads.Progress;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>A client that has lost the address of its upload asks for it by its key.</summary>
public sealed class AdoptionTests(RunningServer server) : IClassFixture<RunningServer>
{
    private readonly string _key = Guid.CreateVersion7().ToString();

    private HttpClient Client => server.Client;

    private string Keyed => KeyOf(_key);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_key_finds_the_upload_and_goes_on_at_its_offset()
    {
        var bytes = RandomNumberGenerator.GetBytes(200_000);
        using var client = server.ClientOf(_key);
        var upload = await client.CreateAsync(bytes.Length, Keyed);
        using var first = await client.PatchAsync(upload, 0, bytes[..120_000]);

        var again = await client.CreateAsync(bytes.Length, Keyed);

        Assert.Equal(upload, again);
        Assert.Equal((0, bytes.Length), await client.UsageAsync());
        using var tooEarly = await client.PatchAsync(again, 0, bytes);
        Assert.Equal(HttpStatusCode.Conflict, tooEarly.StatusCode);
        Assert.Equal(120_000, await client.OffsetAsync(again));
        using var rest = await client.PatchAsync(again, 120_000, bytes[120_000..]);
        Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        var file = await client.EndedFileAsync(upload.Id());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), file.GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task A_POST_with_bytes_is_told_the_offset_and_its_bytes_are_not_appended()
    {
        var bytes = RandomNumberGenerator.GetBytes(3_000_000);
        var upload = await Client.CreateAsync(bytes.Length, Keyed);
        using var first = await Client.PatchAsync(upload, 0, bytes[..1_000_000]);

        using var again = await Client.PostAsync(bytes.Length, bytes[..10_000], Keyed);

        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(upload, again.Headers.Location);
        Assert.Equal(1_000_000, again.Offset());
        Assert.NotEmpty(again.Headers.GetValues("Upload-Expires"));
        using var rest = await Client.PatchAsync(upload, 1_000_000, bytes[1_000_000..]);
        var file = await Client.EndedFileAsync(upload.Id());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), file.GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task A_POST_with_bytes_begins_an_upload_that_has_none()
    {
        var bytes = RandomNumberGenerator.GetBytes(50_000);
        var upload = await Client.CreateAsync(bytes.Length, Keyed);

        using var again = await Client.PostAsync(bytes.Length, bytes, Keyed);

        Assert.Equal((upload, bytes.Length), (again.Headers.Location, again.Offset()));
        Assert.Equal("ready", (await Client.EndedFileAsync(upload.Id())).GetProperty("processingStatus").GetString());
    }

    [Theory]
    [InlineData("folder", true)]
    [InlineData("folder", false)]
    [InlineData("workspace", true)]
    [InlineData("workspace", false)]
    public async Task What_lies_in_the_trash_is_found_again_when_it_is_back(string what, bool isWhole)
    {
        var space = await Client.MakeWorkspaceAsync();
        var folder = await Client.MakeFolderAsync(space, "a folder");
        var metadata = $"{Keyed},{PlaceCalls.Metadata(("workspaceId", space.ToString()), ("folderId", folder.ToString()))}";
        using var first = await Client.PostAsync(3, isWhole ? [1, 2, 3] : [1], metadata);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        var thing = what == "folder" ? $"/api/v1/folders/{folder}" : $"/api/v1/workspaces/{space}";
        await Client.DeleteAsync(thing, Ct).NoContentAsync();

        await (await Client.PostAsync(3, [1], metadata)).IsProblemAsync(HttpStatusCode.NotFound, $"{what}_not_found");

        await (await Client.PostAsync($"{thing}/restore", null, Ct)).JsonAsync(HttpStatusCode.OK);
        using var again = await Client.PostAsync(3, [1], metadata);
        Assert.Equal((first.Headers.Location, isWhole ? 3 : 1), (again.Headers.Location, again.Offset()));
    }

    [Fact]
    public async Task A_POST_takes_over_from_a_connection_that_is_dead()
    {
        var upload = await Client.CreateAsync(1_000_000, Keyed);
        using var dead = await Client.StartPatchAsync(upload, 0, 1_000_000, new byte[250_000]);
        var live = server.Services.GetRequiredService<LiveUploads>();
        await TusRequests.EventuallyAsync(() => Task.FromResult(live.Find(upload.Id())?.UploadedSize == 250_000));

        using var again = await Client.PostAsync(1_000_000, new byte[10], Keyed);

        Assert.Equal((upload, 250_000), (again.Headers.Location, again.Offset()));
    }

    [Fact]
    public async Task A_complete_upload_is_not_sent_again()
    {
        var bytes = RandomNumberGenerator.GetBytes(20_000);
        using var whole = await Client.PostAsync(bytes.Length, bytes, Keyed);

        using var again = await Client.PostAsync(bytes.Length, bytes, Keyed);

        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal((whole.Headers.Location, bytes.Length), (again.Headers.Location, again.Offset()));
        await Client.EndedFileAsync(whole.Headers.Location!.Id());
        Assert.Equal(whole.Headers.Location, await Client.CreateAsync(bytes.Length, Keyed));
    }

    [Fact]
    public async Task Another_length_is_another_upload_which_then_has_the_key()
    {
        var shorter = await Client.CreateAsync(1000, Keyed);

        var longer = await Client.CreateAsync(2000, Keyed);

        Assert.NotEqual(shorter, longer);
        Assert.Equal(longer, await Client.CreateAsync(2000, Keyed));
        Assert.Equal(0, await Client.OffsetAsync(shorter));
    }

    [Fact]
    public async Task A_refused_POST_leaves_the_key_where_it_is()
    {
        var upload = await Client.CreateAsync(1000, Keyed);

        using var refused = await Client.PostAsync(2000, null, $"{Keyed},batchId {Base64(Guid.CreateVersion7().ToString())}");

        Assert.Equal("batch_not_found", await refused.CodeAsync());
        Assert.Equal(upload, await Client.CreateAsync(1000, Keyed));
    }

    [Fact]
    public async Task Another_owner_never_gets_it()
    {
        var upload = await Client.CreateAsync(1000, Keyed);

        var theirs = await Client.CreateAsync(1000, Keyed, user: "somebody-else");

        Assert.NotEqual(upload, theirs);
        Assert.Equal(upload, await Client.CreateAsync(1000, Keyed));
        Assert.Equal(theirs, await Client.CreateAsync(1000, Keyed, user: "somebody-else"));
    }

    [Fact]
    public async Task Another_promised_digest_is_another_upload()
    {
        var upload = await Client.CreateAsync(1000, $"{Keyed},sha256 {Base64(new string('a', 64))}");

        Assert.NotEqual(upload, await Client.CreateAsync(1000, $"{Keyed},sha256 {Base64(new string('b', 64))}"));
    }

    [Fact]
    public async Task A_length_that_was_told_and_one_that_is_to_be_told_are_not_the_same()
    {
        var upload = await Client.CreateAsync(null, Keyed);
        using var some = await Client.PatchAsync(upload, 0, new byte[10]);
        Assert.Equal(upload, await Client.CreateAsync(null, Keyed));

        using var told = await Client.PatchAsync(upload, 10, new byte[10], length: 30);

        Assert.NotEqual(upload, await Client.CreateAsync(null, Keyed));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_rejected_or_deleted_is_sent_again(bool rejected)
    {
        var promise = rejected ? $",sha256 {Base64(new string('0', 64))}" : "";
        using var first = await Client.PostAsync(5, "hello"u8.ToArray(), Keyed + promise);
        var id = first.Headers.Location!.Id();
        await Client.EndedFileAsync(id);
        if (!rejected)
        {
            using var deleted = await Client.DeleteAsync(new Uri($"/api/v1/files/{id}", UriKind.Relative), Ct);
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }

        using var again = await Client.PostAsync(5, "hello"u8.ToArray(), Keyed);

        Assert.NotEqual(first.Headers.Location, again.Headers.Location);
        Assert.Equal("ready", (await Client.EndedFileAsync(again.Headers.Location!.Id())).GetProperty("processingStatus").GetString());
    }

    [Fact]
    public async Task What_has_ended_is_begun_anew()
    {
        var terminated = await Client.CreateAsync(10, Keyed);
        using var gone = await Client.TerminateAsync(terminated);
        var expired = await Client.CreateAsync(10, Keyed);
        await server.WithDbAsync(db => db.Sessions.Where(row => row.Id == expired.Id())
            .ExecuteUpdateAsync(row => row.SetProperty(session => session.ExpiresAt, DateTimeOffset.UnixEpoch), Ct));

        var third = await Client.CreateAsync(10, Keyed);

        Assert.Equal(3, new[] { terminated, expired, third }.Distinct().Count());
        Assert.Equal(third, await Client.CreateAsync(10, Keyed));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(40_000)]
    public async Task Many_at_once_become_one_upload(int? whole)
    {
        var body = whole is null ? null : RandomNumberGenerator.GetBytes(whole.Value);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Client.PostAsync(40_000, body, Keyed)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        Assert.Single(answers.Select(answer => answer.Headers.Location).Distinct());
        Assert.Equal(1, await server.WithDbAsync(db => db.Sessions.CountAsync(row => row.ResumeKey == _key, Ct)));
        foreach (var answer in answers)
        {
            answer.Dispose();
        }
    }

    [Fact]
    public async Task Many_at_once_that_fill_their_batch_are_all_told_of_the_one_upload()
    {
        var batch = (await (await Client.PostJsonAsync("/api/v1/batches", new { expectedFiles = 1 })).JsonAsync(HttpStatusCode.Created)).Text("id")!;

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => Client.PostAsync(1000, null, $"{Keyed},batchId {Base64(batch)}")));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        Assert.Single(answers.Select(answer => answer.Headers.Location).Distinct());
        foreach (var answer in answers)
        {
            answer.Dispose();
        }
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("\"{0}\"")]
    public async Task Idempotency_Key_is_the_same_key(string form)
    {
        var upload = await Client.CreateAsync(1000, Keyed);
        using var client = server.ClientOf("local");
        client.DefaultRequestHeaders.Add("Idempotency-Key", string.Format(System.Globalization.CultureInfo.InvariantCulture, form, _key));

        Assert.Equal(upload, await client.CreateAsync(1000));
        Assert.Equal(upload, await client.CreateAsync(1000, Keyed));
        using var other = await client.PostAsync(1000, null, KeyOf("another"));
        Assert.Equal("invalid_resume_key", await other.CodeAsync());
    }

    [Theory]
    [InlineData(256, 'k')]
    [InlineData(3, '\n')]
    public async Task A_key_that_nobody_can_mean_is_refused(int length, char letter)
    {
        using var answer = await Client.PostAsync(1000, null, KeyOf(new string(letter, length)));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_resume_key"), (answer.StatusCode, await answer.CodeAsync()));
    }

    private static string KeyOf(string key) => $"resumeKey {Base64(key)}";

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
