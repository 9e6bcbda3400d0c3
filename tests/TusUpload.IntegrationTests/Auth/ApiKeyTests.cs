using System.Net;
using System.Text.Json;

using Microsoft.EntityFrameworkCore;

using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Server.Auth.ApiKeys;

namespace TusUpload.IntegrationTests.Auth;

public sealed class ApiKeyTests(JwtTests.Server server) : IClassFixture<JwtTests.Server>
{
    private static readonly string[] Managing = ["manage"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_does_what_its_scopes_say_and_nothing_else()
    {
        using var ann = server.ClientWith(Tokens.Of("key-ann"));
        var key = await ann.MakeKeyAsync("upload", "read");
        using var program = server.ClientWith(key.Text("key"));

        var id = await server.UploadAsync([1], client: program);

        Assert.Equal("ready", (await program.WaitForFileAsync(id)).Text("processingStatus"));
        Assert.Equal("ready", (await ann.WaitForFileAsync(id)).Text("processingStatus"));
        await (await program.DeleteAsync($"/api/v1/files/{id}", Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        await (await program.GetAsync("/api/v1/api-keys", Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        await (await program.GetAsync("/metrics", Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
    }

    [Fact]
    public async Task Its_secret_is_shown_once_and_kept_by_nobody()
    {
        using var ann = server.ClientWith(Tokens.Of("key-anna"));
        var key = await ann.MakeKeyAsync("read");
        using var program = server.ClientWith(key.Text("key"));
        Assert.Equal(0, (await program.GetJsonAsync("/api/v1/files")).GetProperty("items").GetArrayLength());

        var listed = Assert.Single((await ann.GetJsonAsync("/api/v1/api-keys")).GetProperty("items").EnumerateArray());

        Assert.Equal(
            ["createdAt", "expiresAt", "id", "lastUsedAt", "name", "revokedAt", "scopes"],
            listed.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        Assert.NotEqual(JsonValueKind.Null, listed.GetProperty("lastUsedAt").ValueKind);
        var secret = key.Text("key")![^43..];
        var row = await server.WithDbAsync(db => db.Database.SqlQuery<string>(
            $"SELECT key::text AS \"Value\" FROM tus_upload.api_keys key WHERE user_id = 'key-anna'").SingleAsync(Ct));
        Assert.DoesNotContain(secret, row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_key_and_one_that_has_expired_count_no_more()
    {
        using var ann = server.ClientWith(Tokens.Of("key-ann"));
        var key = await ann.MakeKeyAsync("read");
        using var program = server.ClientWith(key.Text("key"));
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/api/v1/files", Ct)).StatusCode);

        Assert.Equal(HttpStatusCode.NoContent, (await ann.DeleteAsync($"/api/v1/api-keys/{key.Text("id")}", Ct)).StatusCode);
        await (await program.GetAsync("/api/v1/files", Ct)).IsProblemAsync(HttpStatusCode.Unauthorized, "invalid_token");
        Assert.Equal(HttpStatusCode.NoContent, (await ann.DeleteAsync($"/api/v1/api-keys/{key.Text("id")}", Ct)).StatusCode);

        var brief = await ann.MakeKeyAsync("read");
        await server.WithDbAsync(db => db.Database.ExecuteSqlAsync(
            $"UPDATE tus_upload.api_keys SET expires_at = now() - interval '1 second' WHERE id = {Guid.Parse(brief.Text("id")!)}", Ct));
        using var late = server.ClientWith(brief.Text("key"));
        await (await late.GetAsync("/api/v1/files", Ct)).IsProblemAsync(HttpStatusCode.Unauthorized, "invalid_token");
    }

    [Fact]
    public async Task A_key_with_another_secret_is_none()
    {
        using var ann = server.ClientWith(Tokens.Of("key-ann"));
        var key = (await ann.MakeKeyAsync("read")).Text("key")!;
        using var program = server.ClientWith(key);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/api/v1/files", Ct)).StatusCode);

        using var guess = server.ClientWith(key[..^43] + new string('A', 43));
        await (await guess.GetAsync("/api/v1/files", Ct)).IsProblemAsync(HttpStatusCode.Unauthorized, "invalid_token");
        await (await guess.GetAsync("/api/v1/files", Ct)).IsProblemAsync(HttpStatusCode.Unauthorized, "invalid_token");
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/api/v1/files", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_made_up_key_is_asked_for_once()
    {
        await using var own = await RunningServer.StartAsync(server.Postgres, Tokens.Take);
        await own.WithDbAsync(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE tus_upload.api_keys RENAME TO api_keys_away", Ct));
        var key = new ApiKeyToken(Guid.CreateVersion7(), new byte[32]).ToString();
        using var guess = own.ClientWith(key);
        Assert.True((int)(await guess.GetAsync("/api/v1/files", Ct)).StatusCode >= 500);
        await own.WithDbAsync(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE tus_upload.api_keys_away RENAME TO api_keys", Ct));
        await (await guess.GetAsync("/api/v1/files", Ct)).IsProblemAsync(HttpStatusCode.Unauthorized, "invalid_token");
        await own.WithDbAsync(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE tus_upload.api_keys RENAME TO api_keys_away", Ct));

        await (await guess.GetAsync("/api/v1/files", Ct)).IsProblemAsync(HttpStatusCode.Unauthorized, "invalid_token");
    }

    [Fact]
    public async Task Nobody_gives_a_key_more_than_he_may_himself()
    {
        using var ann = server.ClientWith(Tokens.Of("key-ann"));
        await (await ann.AskForKeyAsync("observe"))
            .IsProblemAsync(HttpStatusCode.Forbidden, "scopes_too_wide");
        using var oscar = server.ClientWith(Tokens.Of("oscar"));
        using var program = server.ClientWith((await oscar.MakeKeyAsync("observe")).Text("key"));
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/metrics", Ct)).StatusCode);

        using var manager = server.ClientWith((await ann.MakeKeyAsync("manage")).Text("key"));
        await (await manager.AskForKeyAsync("write"))
            .IsProblemAsync(HttpStatusCode.Forbidden, "scopes_too_wide");
    }

    [Theory]
    [InlineData("""{"scopes":["read"]}""", "invalid_name")]
    [InlineData("""{"name":"","scopes":["read"]}""", "invalid_name")]
    [InlineData("""{"name":"k"}""", "invalid_scopes")]
    [InlineData("""{"name":"k","scopes":[]}""", "invalid_scopes")]
    [InlineData("""{"name":"k","scopes":["all"]}""", "invalid_scopes")]
    [InlineData("""{"name":"k","scopes":["read"],"expiresAt":"2020-01-01T00:00:00Z"}""", "invalid_expires_at")]
    public async Task What_cannot_be_meant_is_refused(string body, string code)
    {
        using var ann = server.ClientWith(Tokens.Of("key-ann"));
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        await (await ann.PostAsync("/api/v1/api-keys", content, Ct)).IsProblemAsync(HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task Who_administers_the_server_revokes_anybodys_key()
    {
        using var ann = server.ClientWith(Tokens.Of("key-ann"));
        var key = await ann.MakeKeyAsync("read");
        using var program = server.ClientWith(key.Text("key"));
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/api/v1/files", Ct)).StatusCode);
        using var admin = server.ClientWith(Tokens.Of("key-admin", "admin"));

        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync($"/api/v1/api-keys/{key.Text("id")}", Ct)).StatusCode);

        await (await program.GetAsync("/api/v1/files", Ct)).IsProblemAsync(HttpStatusCode.Unauthorized, "invalid_token");
        await (await admin.DeleteAsync($"/api/v1/api-keys/{Guid.CreateVersion7()}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "api_key_not_found");
    }

    [Fact]
    public async Task A_key_that_ends_makes_none_that_outlives_it()
    {
        using var ann = server.ClientWith(Tokens.Of("key-ends"));
        var end = TimeProvider.System.GetUtcNow().AddHours(1);
        var maker = await (await ann.PostJsonAsync("/api/v1/api-keys", new { name = "maker", scopes = Managing, expiresAt = end })).JsonAsync(HttpStatusCode.Created);
        using var program = server.ClientWith(maker.Text("key"));

        await (await program.PostJsonAsync("/api/v1/api-keys", new { name = "late", scopes = Managing, expiresAt = end.AddSeconds(1) }))
            .IsProblemAsync(HttpStatusCode.Forbidden, "expires_too_late");
        var made = await program.MakeKeyAsync("manage");
        Assert.Equal(maker.GetProperty("expiresAt").GetDateTimeOffset(), made.GetProperty("expiresAt").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
        var sooner = await (await program.PostJsonAsync("/api/v1/api-keys", new { name = "sooner", scopes = Managing, expiresAt = end.AddMinutes(-1) }))
            .JsonAsync(HttpStatusCode.Created);
        Assert.True(sooner.GetProperty("expiresAt").GetDateTimeOffset() < end);
        Assert.Equal(JsonValueKind.Null, (await ann.MakeKeyAsync("manage")).GetProperty("expiresAt").ValueKind);
    }

    [Fact]
    public async Task Anothers_key_is_not_there()
    {
        using var ann = server.ClientWith(Tokens.Of("key-ann"));
        using var bob = server.ClientWith(Tokens.Of("key-bob"));
        var key = await ann.MakeKeyAsync("read");

        await (await bob.DeleteAsync($"/api/v1/api-keys/{key.Text("id")}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "api_key_not_found");
    }
}
