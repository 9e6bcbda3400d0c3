using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>A token opens one upload, in its owner's name, while the upload lives. Its bearer here is another user, as far as signing in goes.</summary>
public sealed class UploadTokenTests(UploadTokenTests.InHeader header, UploadTokenTests.InUrl url, RunningServer without)
    : IClassFixture<UploadTokenTests.InHeader>, IClassFixture<UploadTokenTests.InUrl>, IClassFixture<RunningServer>, IDisposable
{
    private readonly HttpClient _owner = header.ClientOf("ann");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _owner.Dispose();

    [Fact]
    public async Task It_goes_on_with_the_upload_and_opens_nothing_else()
    {
        var (upload, token) = await CreateAsync();
        var other = await _owner.CreateAsync(10);
        using var bearer = Bearer(token);

        using var patch = await bearer.PatchAsync(upload, 0, new byte[10]);
        using var head = await bearer.HeadAsync(upload);
        using var stranger = await header.Client.HeadAsync(upload);
        using var elsewhere = await bearer.HeadAsync(other);
        using var file = await bearer.GetAsync(new Uri($"/api/v1/files/{upload.Id()}", UriKind.Relative), Ct);

        Assert.Equal((HttpStatusCode.NoContent, 10), (patch.StatusCode, patch.Offset()));
        Assert.Equal((HttpStatusCode.OK, 10), (head.StatusCode, head.Offset()));
        Assert.All([stranger, elsewhere, file], answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
        using var owned = await _owner.GetAsync(new Uri($"/api/v1/files/{upload.Id()}", UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.OK, owned.StatusCode);
    }

    [Fact]
    public async Task In_the_address_any_client_sends_it_back()
    {
        using var owner = url.ClientOf("ann");

        var upload = await owner.CreateAsync(10);

        Assert.Contains("?token=", upload.OriginalString, StringComparison.Ordinal);
        using var patch = await url.Client.PatchAsync(upload, 0, new byte[4]);
        Assert.Equal(HttpStatusCode.NoContent, patch.StatusCode);
        Assert.Equal(4, await url.Client.OffsetAsync(upload));
        using var bare = await url.Client.HeadAsync(new Uri(upload.OriginalString.Split('?')[0], UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, bare.StatusCode);
        using var gone = await url.Client.TerminateAsync(upload);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
    }

    [Fact]
    public async Task It_is_as_good_as_the_upload_and_prolongs_it()
    {
        var (upload, token) = await CreateAsync();
        using var bearer = Bearer(token);
        var address = new Uri($"/api/v1/uploads/{upload.Id()}/extend", UriKind.Relative);

        using var extended = await bearer.PostAsJsonAsync(address, new { seconds = 10 * 86_400 }, Ct);

        Assert.Equal(HttpStatusCode.OK, extended.StatusCode);
        var end = (await extended.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("expiresAt").GetDateTimeOffset();
        Assert.True(end > TimeProvider.System.GetUtcNow().AddDays(9));
        await header.WithDbAsync(db => db.Sessions.Where(row => row.Id == upload.Id())
            .ExecuteUpdateAsync(row => row.SetProperty(session => session.ExpiresAt, DateTimeOffset.UnixEpoch), Ct));
        using var late = await bearer.PatchAsync(upload, 0, new byte[10]);
        Assert.Equal(HttpStatusCode.NotFound, late.StatusCode);
    }

    [Fact]
    public async Task Revoked_it_is_worth_nothing_and_a_new_one_is_issued()
    {
        var (upload, token) = await CreateAsync();
        var address = new Uri($"/api/v1/uploads/{upload.Id()}/token", UriKind.Relative);
        using var bearer = Bearer(token);

        using var mayNot = await bearer.DeleteAsync(address, Ct);
        using var revoked = await _owner.DeleteAsync(address, Ct);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NoContent), (mayNot.StatusCode, revoked.StatusCode));
        using var patch = await bearer.PatchAsync(upload, 0, new byte[10]);
        Assert.Equal((HttpStatusCode.NotFound, "upload_not_found"), (patch.StatusCode, await patch.CodeAsync()));
        using var extend = await bearer.PostAsync(new Uri($"/api/v1/uploads/{upload.Id()}/extend", UriKind.Relative), null, Ct);
        Assert.Equal((HttpStatusCode.Unauthorized, "upload_token_revoked"), (extend.StatusCode, await extend.CodeAsync()));
        using var issued = await _owner.PostAsync(address, null, Ct);
        using var fresh = Bearer((await issued.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("token").GetString()!);
        using var again = await fresh.PatchAsync(upload, 0, new byte[10]);
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
    }

    [Fact]
    public async Task Revoked_or_ended_it_takes_nothing_from_its_owner()
    {
        using var owner = url.ClientOf("ann");
        var upload = await owner.CreateAsync(10);
        using var revoked = await owner.DeleteAsync(new Uri($"/api/v1/uploads/{IdOf(upload)}/token", UriKind.Relative), Ct);

        using var patch = await owner.PatchAsync(upload, 0, new byte[4]);
        using var head = await owner.HeadAsync(upload);
        using var gone = await owner.TerminateAsync(upload);
        using var after = await owner.HeadAsync(upload);

        Assert.Equal((HttpStatusCode.NoContent, 4), (patch.StatusCode, patch.Offset()));
        Assert.Equal((HttpStatusCode.OK, 4), (head.StatusCode, head.Offset()));
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (gone.StatusCode, after.StatusCode));
    }

    [Fact]
    public async Task An_upload_of_several_does_not_give_its_parts_tokens_away()
    {
        using var owner = url.ClientOf("ann");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/uploads");
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Concat", "partial");
        request.Headers.Add("Upload-Length", "0");
        using var part = await owner.SendAsync(request, Ct);
        using var join = new HttpRequestMessage(HttpMethod.Post, "/uploads");
        join.Headers.Add("Tus-Resumable", "1.0.0");
        join.Headers.TryAddWithoutValidation("Upload-Concat", $"final;{part.Headers.Location}");

        using var final = await owner.SendAsync(join, Ct);

        Assert.Equal(HttpStatusCode.Created, final.StatusCode);
        using var head = await owner.HeadAsync(final.Headers.Location!);
        Assert.Equal($"final;/uploads/{IdOf(part.Headers.Location!)}", head.Headers.GetValues("Upload-Concat").Single());
    }

    [Fact]
    public async Task A_token_that_was_changed_or_made_elsewhere_is_none()
    {
        var (upload, token) = await CreateAsync();
        using var elsewhere = url.ClientOf("ann");
        var foreign = (await elsewhere.CreateAsync(10)).OriginalString.Split("token=")[1];
        string[] forgeries =
        [
            "", ".", "tu1.", "tu1..", token[..^1], token + "A", token.Replace("tu1", "tu2", StringComparison.Ordinal), foreign,
            token[..10] + (token[10] == 'A' ? 'B' : 'A') + token[11..], new string('a', 5000),
        ];

        foreach (var forgery in forgeries)
        {
            using var bearer = Bearer(forgery);
            using var head = await bearer.HeadAsync(upload);
            Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
        }
    }

    [Fact]
    public async Task Where_it_is_not_configured_none_is_given()
    {
        using var answer = await without.Client.PostAsync(10);

        Assert.False(answer.Headers.Contains("Upload-Token"));
        Assert.DoesNotContain("token", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_adopted_upload_comes_with_a_token_that_counts()
    {
        var key = $"resumeKey {Convert.ToBase64String("the key"u8)}";
        using var first = await _owner.PostAsync(10, null, key);
        using var revoked = await _owner.DeleteAsync(new Uri($"/api/v1/uploads/{first.Headers.Location!.Id()}/token", UriKind.Relative), Ct);

        using var again = await _owner.PostAsync(10, null, key);

        Assert.Equal(first.Headers.Location, again.Headers.Location);
        using var bearer = Bearer(again.Headers.GetValues("Upload-Token").Single());
        using var patch = await bearer.PatchAsync(again.Headers.Location!, 0, new byte[10]);
        Assert.Equal(HttpStatusCode.NoContent, patch.StatusCode);
    }

    private static string IdOf(Uri upload) => upload.OriginalString.Split('?')[0].Split('/')[^1];

    private async Task<(Uri Upload, string Token)> CreateAsync()
    {
        using var answer = await _owner.PostAsync(10);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (answer.Headers.Location!, answer.Headers.GetValues("Upload-Token").Single());
    }

    private HttpClient Bearer(string token)
    {
        var client = header.ClientOf("bearer");
        client.DefaultRequestHeaders.TryAddWithoutValidation("Upload-Token", token);
        return client;
    }

    public sealed class InHeader(PostgresServer postgres) : RunningServer(postgres)
    {
        protected override IEnumerable<(string Key, string Value)> Settings => [("Tus:UploadToken", "header")];
    }

    public sealed class InUrl(PostgresServer postgres) : RunningServer(postgres)
    {
        protected override IEnumerable<(string Key, string Value)> Settings => [("Tus:UploadToken", "url")];
    }
}
