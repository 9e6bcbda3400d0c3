using System.Net;
using System.Text;
using System.Text.Json;

using Microsoft.EntityFrameworkCore;

using TusUpload.Data.Folders;
using TusUpload.Data.Workspaces;
using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Auth;

namespace TusUpload.IntegrationTests.Links;

/// <summary>Links as those who manage them see them.</summary>
public sealed class LinksTests(LinkServer server) : IClassFixture<LinkServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_is_made_shown_listed_changed_and_revoked_by_its_owner_alone()
    {
        using var ann = server.ClientWith(Tokens.Of("links-first-ann"));
        using var bob = server.ClientWith(Tokens.Of("links-first-bob"));

        var link = await ann.MakeLinkAsync(
            new { name = "Invoices", password = "open sesame", maxFiles = 3, storageLimit = 1000, allowedTypes = LinkCalls.Images });

        Assert.Equal(
            ["id", "slug", "name", "workspaceId", "folderId", "hasPassword", "expiresAt", "revokedAt", "maxUses", "uses", "maxFiles", "files", "maxFileSize",
             "allowedTypes", "allowedOrigins", "storage", "createdBy", "createdAt"],
            link.Members());
        Assert.Equal(
            ("Invoices", true, 3, 0),
            (link.Text("name"), link.GetProperty("hasPassword").GetBoolean(), link.GetProperty("maxFiles").GetInt32(),
                link.GetProperty("files").GetInt32()));
        Assert.Equal("""{"limit":1000,"used":0,"reserved":0}""", link.GetProperty("storage").GetRawText());
        Assert.Matches("^[a-z2-9]{26}$", link.Text("slug")!);
        Assert.Equal(link.GetRawText(), (await ann.LinkAsync(link)).GetRawText());
        Assert.Equal(link.Text("id"), Assert.Single((await ann.GetJsonAsync($"/api/v1/links?workspaceId={link.Text("workspaceId")}")).Ids()).ToString());
        Assert.Empty((await bob.GetJsonAsync("/api/v1/links")).Ids());
        await (await bob.GetAsync($"/api/v1/links/{link.Text("id")}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "link_not_found");
        await (await bob.ChangeLinkAsync(link, "{}")).IsProblemAsync(HttpStatusCode.NotFound, "link_not_found");
        await (await bob.DeleteAsync($"/api/v1/links/{link.Text("id")}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "link_not_found");

        await ann.RevokeAsync(link);
        var revoked = await ann.LinkAsync(link);
        await ann.RevokeAsync(link);
        Assert.NotNull(revoked.Text("revokedAt"));
        Assert.Equal(revoked.GetRawText(), (await ann.LinkAsync(link)).GetRawText());
    }

    [Fact]
    public async Task A_password_is_kept_as_a_hash_that_says_how_it_was_made_and_shown_to_nobody()
    {
        using var ann = server.ClientWith(Tokens.Of("links-anna"));
        var link = await ann.MakeLinkAsync(new { password = "correct horse" });
        var twin = await ann.MakeLinkAsync(new { password = "correct horse" });

        var hashes = await server.WithDbAsync(db => db.Links.Where(row => row.CreatedBy == "links-anna").Select(row => row.PasswordHash!).ToListAsync(Ct));

        Assert.All(hashes, hash => Assert.StartsWith("pbkdf2-sha512$220000$", hash, StringComparison.Ordinal));
        Assert.Equal(2, hashes.Distinct(StringComparer.Ordinal).Count());
        Assert.All([link, twin], shown => Assert.DoesNotContain("pbkdf2", shown.GetRawText(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_takes_what_it_names_and_leaves_the_rest()
    {
        using var ann = server.ClientWith(Tokens.Of("links-ann"));
        var link = await ann.MakeLinkAsync(new { name = "Before", password = "open sesame", maxFiles = 3, maxUses = 2 });

        using var answer = await ann.ChangeLinkAsync(link, """{"name":"After","maxFiles":null,"password":null,"storageLimit":5}""");

        var changed = await answer.JsonAsync(HttpStatusCode.OK);
        Assert.Equal(
            ("After", JsonValueKind.Null, false, 2, 5),
            (changed.Text("name"), changed.GetProperty("maxFiles").ValueKind, changed.GetProperty("hasPassword").GetBoolean(),
                changed.GetProperty("maxUses").GetInt32(), changed.GetProperty("storage").GetProperty("limit").GetInt64()));
        Assert.StartsWith("\"2-", answer.Headers.ETag?.Tag, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_made_for_an_older_version_is_refused()
    {
        using var ann = server.ClientWith(Tokens.Of("links-ann"));
        var link = await ann.MakeLinkAsync();
        using var first = await ann.ChangeLinkAsync(link, """{"name":"first"}""", "\"1\"");
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);

        await (await ann.ChangeLinkAsync(link, """{"name":"second"}""", "\"1\"")).IsProblemAsync(HttpStatusCode.PreconditionFailed, "precondition_failed");

        using var revoking = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/links/{link.Text("id")}") { Headers = { { "If-Match", "\"1\"" } } };
        await (await ann.SendAsync(revoking, Ct)).IsProblemAsync(HttpStatusCode.PreconditionFailed, "precondition_failed");

        Assert.Equal("first", (await ann.LinkAsync(link)).Text("name"));
        Assert.Equal(JsonValueKind.Null, (await ann.LinkAsync(link)).GetProperty("revokedAt").ValueKind);
        using var revoked = new HttpRequestMessage(HttpMethod.Delete, $"/api/v1/links/{link.Text("id")}") { Headers = { { "If-Match", "\"2\"" } } };
        Assert.Equal(HttpStatusCode.NoContent, (await ann.SendAsync(revoked, Ct)).StatusCode);
    }

    [Fact]
    public async Task Changes_at_the_same_time_are_all_kept()
    {
        using var ann = server.ClientWith(Tokens.Of("links-ann"));
        var link = await ann.MakeLinkAsync();
        string[] changes = ["""{"name":"n"}""", """{"maxFiles":7}""", """{"maxUses":8}""", """{"maxFileSize":9}""", """{"storageLimit":10}"""];

        var answers = await Task.WhenAll(changes.Select(change => ann.ChangeLinkAsync(link, change)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        var now = await ann.LinkAsync(link);
        Assert.Equal(
            ("n", 7, 8, 9, 10),
            (now.Text("name"), now.GetProperty("maxFiles").GetInt32(), now.GetProperty("maxUses").GetInt32(), now.GetProperty("maxFileSize").GetInt64(),
                now.GetProperty("storage").GetProperty("limit").GetInt64()));
    }

    [Fact]
    public async Task A_slug_belongs_to_one_link()
    {
        using var ann = server.ClientWith(Tokens.Of("links-ann"));
        using var bob = server.ClientWith(Tokens.Of("links-bob"));
        var slug = $"my-slug-{Guid.CreateVersion7():N}"[..40];
        var link = await ann.MakeLinkAsync(new { slug });
        Assert.Equal(slug, link.Text("slug"));

        await (await bob.PostJsonAsync("/api/v1/links", new { slug })).IsProblemAsync(HttpStatusCode.Conflict, "slug_taken");
    }

    [Theory]
    [InlineData("""{"slug":"abc"}""", "invalid_slug")]
    [InlineData("""{"slug":"Upper-Case"}""", "invalid_slug")]
    [InlineData("""{"slug":"a/b/c/d"}""", "invalid_slug")]
    [InlineData("""{"slug":"0197b2c4-0000-7000-8000-000000000000"}""", "invalid_slug")]
    [InlineData("""{"password":""}""", "invalid_password")]
    [InlineData("""{"expiresAt":"2020-01-01T00:00:00Z"}""", "invalid_expires_at")]
    [InlineData("""{"maxUses":0}""", "invalid_limit")]
    [InlineData("""{"maxFiles":0}""", "invalid_limit")]
    [InlineData("""{"storageLimit":-1}""", "invalid_limit")]
    [InlineData("""{"maxFileSize":-1}""", "invalid_limit")]
    [InlineData("""{"allowedTypes":[]}""", "invalid_allowed_types")]
    [InlineData("""{"allowedTypes":["nonsense"]}""", "invalid_allowed_types")]
    [InlineData("""{"allowedOrigins":["example.org"]}""", "invalid_allowed_origins")]
    [InlineData("""{"allowedOrigins":["https://example.org/page"]}""", "invalid_allowed_origins")]
    [InlineData("""{"maxFiles":"many"}""", "invalid_request")]
    public async Task What_cannot_be_meant_is_refused(string body, string code)
    {
        using var ann = server.ClientWith(Tokens.Of("links-ann"));
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        await (await ann.PostAsync("/api/v1/links", content, Ct)).IsProblemAsync(HttpStatusCode.BadRequest, code);
        if (code != "invalid_slug")
        {
            await (await ann.ChangeLinkAsync(await ann.MakeLinkAsync(), body)).IsProblemAsync(HttpStatusCode.BadRequest, code);
        }
    }

    [Theory]
    [InlineData("""{"\ud800":1}""", false)]
    [InlineData("""{"name":"\ud800"}""", true)]
    [InlineData("""{"slug\ud800":"a"}""", false)]
    [InlineData("""{"password":"\udc00"}""", true)]
    [InlineData("""{"allowedTypes":["\ud800"]}""", true)]
    public async Task Text_that_is_none_is_refused(string body, bool isOfALink)
    {
        using var ann = server.ClientWith(Tokens.Of("links-ann"));

        using var changed = await ann.ChangeLinkAsync(await ann.MakeLinkAsync(), body);

        Assert.Equal(HttpStatusCode.BadRequest, changed.StatusCode);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var made = await ann.PostAsync("/api/v1/links", content, Ct);
        Assert.True((int)made.StatusCode < 500, $"{made.StatusCode}");
        Assert.True(!isOfALink || made.StatusCode == HttpStatusCode.BadRequest, $"{made.StatusCode}");
    }

    [Fact]
    public async Task Bytes_that_are_no_letters_are_refused()
    {
        using var ann = server.ClientWith(Tokens.Of("links-ann"));
        var link = await ann.MakeLinkAsync();
        foreach (var body in new byte[][] { [.. "{\"name\":\""u8, 0xff, .. "\"}"u8], [.. "{\"na"u8, 0xff, .. "me\":1}"u8], [.. "{\"password\":\""u8, 0xff, .. "\"}"u8] })
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
            using var answer = await ann.PatchAsync($"/api/v1/links/{link.Text("id")}", content, Ct);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_link_leads_to_workspaces_that_its_maker_manages_and_folders_in_them()
    {
        using var ann = server.ClientWith(Tokens.Of("links-ann"));
        using var bob = server.ClientWith(Tokens.Of("links-bob"));
        var workspace = (await ann.MakeLinkAsync()).GetProperty("workspaceId").GetGuid();
        var elsewhere = (await bob.MakeLinkAsync()).GetProperty("workspaceId").GetGuid();
        var folder = await FolderAsync(elsewhere);
        await MemberAsync(workspace, "links-bob", WorkspaceRole.Editor);

        await (await bob.PostJsonAsync("/api/v1/links", new { workspaceId = workspace })).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        await (await bob.PostJsonAsync("/api/v1/links", new { workspaceId = Guid.CreateVersion7() })).IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
        await (await ann.PostJsonAsync("/api/v1/links", new { folderId = folder })).IsProblemAsync(HttpStatusCode.NotFound, "folder_not_found");
        using var moved = await ann.ChangeLinkAsync(await ann.MakeLinkAsync(), $$"""{"folderId":"{{folder}}"}""");
        await moved.IsProblemAsync(HttpStatusCode.NotFound, "folder_not_found");

        await MemberAsync(workspace, "links-bob", WorkspaceRole.Manager);
        var link = await bob.MakeLinkAsync(new { workspaceId = workspace });
        Assert.Equal("links-bob", link.Text("createdBy"));
        Assert.Equal(link.GetRawText(), (await ann.LinkAsync(link)).GetRawText());
    }

    private Task<Guid> FolderAsync(Guid workspace) => server.WithDbAsync(db =>
    {
        var folder = new Folder
        {
            Id = Guid.CreateVersion7(),
            WorkspaceId = workspace,
            Path = $"{Guid.CreateVersion7():N}",
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        db.Add(folder);
        return Task.FromResult(folder.Id);
    });

    private Task<int> MemberAsync(Guid workspace, string user, string role) => server.WithDbAsync(db => db.Database.ExecuteSqlAsync(
        $"""
        INSERT INTO tus_upload.workspace_members (workspace_id, user_id, role, created_at) VALUES ({workspace}, {user}, {role}, now())
            ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = EXCLUDED.role
        """, Ct));
}
