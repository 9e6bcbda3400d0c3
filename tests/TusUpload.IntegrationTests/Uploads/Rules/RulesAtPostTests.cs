using System.Net;

using Microsoft.EntityFrameworkCore;

using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Api.Places;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Uploads.Rules;

/// <summary>What is refused with the POST, before anything is made, and what is refused later because it was not known then.</summary>
public sealed class RulesAtPostTests(RulesAtPostTests.Ruled server) : IClassFixture<RulesAtPostTests.Ruled>
{
    private static readonly Uri Uploads = new("/uploads", UriKind.Relative);

    private readonly string _user = "u" + Guid.CreateVersion7().ToString("N");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private HttpClient Client => server.Client;

    [Theory]
    [InlineData("a.png", "video/mp4", 415, "type_not_allowed")]
    [InlineData("a.png", "application/octet-stream", 415, "type_not_allowed")]
    [InlineData("a.png", "image/svg+xml", 415, "type_not_allowed")]
    [InlineData("a.EXE", "image/png", 415, "extension_not_allowed")]
    [InlineData("a.exe. ", "image/png", 422, "name_not_allowed")]
    [InlineData("nul.png", "image/png", 422, "name_not_allowed")]
    public async Task A_name_or_type_is_refused_in_both_protocols_and_nothing_is_made(string name, string type, int status, string code)
    {
        var metadata = RuleRequests.Metadata(("filename", name), ("filetype", type));
        using var tus = await Client.PostAsync(10, null, metadata, _user);
        using var whole = await Client.PostAsync(10, RuleRequests.Picture(10), metadata, _user);
        using var ietf = await Client.ResumableAsync(
            HttpMethod.Post, Uploads, RuleRequests.Picture(10), type, _user, ("Upload-Complete", "?1"), ("Upload-Metadata", metadata));
        using var named = await Client.ResumableAsync(
            HttpMethod.Post, Uploads, RuleRequests.Picture(10), type, _user,
            ("Upload-Complete", "?1"), ("Content-Disposition", $"inline; filename=\"{name}\""));
        var part = await Client.UploadPartAsync(RuleRequests.Picture(10), user: _user);
        using var final = await Client.ConcatenateAsync([part], metadata, _user);

        foreach (var answer in new[] { tus, whole, ietf, named, final })
        {
            Assert.Equal((status, code), ((int)answer.StatusCode, await answer.CodeAsync()));
            Assert.Null(answer.Headers.Location);
        }

        // The part alone is there.
        Assert.Equal(["partial"], await server.WithDbAsync(
            db => db.Sessions.Where(row => row.UserId == _user).Select(row => row.IsPartial ? "partial" : "whole").ToListAsync(Ct)));
    }

    [Fact]
    public async Task A_file_gets_no_other_name_than_one_under_which_it_could_have_come()
    {
        var owner = server.ClientOf(_user);
        var file = await server.UploadAsync(RuleRequests.Picture(10), "a.png", owner, ("filetype", "image/png"));
        await owner.WaitForFileAsync(file);

        foreach (var (name, code) in new[] { ("a.exe", "extension_not_allowed"), ("nul.png", "name_not_allowed"), ("a.exe. ", "name_not_allowed") })
        {
            var status = code == "extension_not_allowed" ? HttpStatusCode.UnsupportedMediaType : HttpStatusCode.UnprocessableEntity;
            await (await owner.PatchAsync($"/api/v1/files/{file}", new { fileName = name })).IsProblemAsync(status, code);
            await (await owner.PostJsonAsync($"/api/v1/files/{file}/copy", new { fileName = name })).IsProblemAsync(status, code);
        }

        var folder = await owner.MakeFolderAsync(null, "2024.exe");
        await (await owner.PostJsonAsync("/api/v1/folders", new { name = "aux" })).IsProblemAsync(HttpStatusCode.UnprocessableEntity, "name_not_allowed");
        await (await owner.PatchAsync($"/api/v1/folders/{folder}", new { name = "aux" })).IsProblemAsync(HttpStatusCode.UnprocessableEntity, "name_not_allowed");
    }

    [Fact]
    public async Task A_size_is_refused_with_its_limit()
    {
        var metadata = RuleRequests.Metadata(("filetype", "image/png"));
        using var tus = await Client.PostAsync(1001, null, metadata, _user);
        using var ietf = await Client.ResumableAsync(HttpMethod.Post, Uploads, new byte[1001], "image/png", _user, ("Upload-Complete", "?1"));
        Uri[] parts =
        [
            await Client.UploadPartAsync(RuleRequests.Picture(600), user: _user),
            await Client.UploadPartAsync(RuleRequests.Picture(401), user: _user),
        ];
        using var final = await Client.ConcatenateAsync(parts, metadata, _user);

        foreach (var answer in new[] { tus, ietf, final })
        {
            Assert.Equal(413, (int)answer.StatusCode);
            var problem = await answer.ProblemAsync();
            Assert.Equal(("file_too_large", "1000"), (problem["code"], problem["limit"]));
        }

        Assert.Equal(2, await server.WithDbAsync(db => db.Sessions.CountAsync(row => row.UserId == _user, Ct)));
    }

    [Fact]
    public async Task A_size_that_is_told_later_is_held_to_the_limit_as_well()
    {
        var metadata = RuleRequests.Metadata(("filetype", "image/png"));
        var (told, sent) = (await Client.CreateAsync(null, metadata, _user), await Client.CreateAsync(null, metadata, _user));
        var bytes = RuleRequests.Picture(1001);

        using var tooLong = await Client.PatchAsync(told, 0, [], length: 1001, user: _user);
        using var first = await Client.PatchAsync(sent, 0, bytes[..900], user: _user);
        using var tooMany = await Client.PatchAsync(sent, 900, bytes[900..], user: _user);
        using var enough = await Client.PatchAsync(sent, 900, bytes[900..1000], length: 1000, user: _user);

        Assert.Equal((413, "file_too_large"), ((int)tooLong.StatusCode, await tooLong.CodeAsync()));
        Assert.Equal((413, "file_too_large"), ((int)tooMany.StatusCode, await tooMany.CodeAsync()));
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (first.StatusCode, enough.StatusCode));
        Uri[] parts = [await Client.CreatePartAsync(null, user: _user), await Client.UploadPartAsync(bytes[..400], user: _user)];
        _ = await Client.JoinAsync(parts, metadata, _user);
        using var part = await Client.PatchAsync(parts[0], 0, [], length: 601, user: _user);
        Assert.Equal((413, "file_too_large"), ((int)part.StatusCode, await part.CodeAsync()));
        using var fits = await Client.PatchAsync(parts[0], 0, bytes[..600], length: 600, user: _user);
        Assert.Equal(HttpStatusCode.NoContent, fits.StatusCode);
    }

    [Fact]
    public async Task Bytes_of_a_type_that_is_not_allowed_are_refused_whatever_the_client_says()
    {
        byte[] film = [0, 0, 0, 0x20, .. "ftypisom"u8, 0, 0, 2, 0];
        foreach (var type in new[] { "image/png", null })
        {
            var metadata = type is null ? null : RuleRequests.Metadata(("filetype", type));
            using var whole = await Client.PostAsync(film.Length, film, metadata, _user);
            var upload = await Client.CreateAsync(film.Length, metadata, _user);
            using var patched = await Client.PatchAsync(upload, 0, film, user: _user);

            foreach (var answer in new[] { whole, patched })
            {
                Assert.Equal(415, (int)answer.StatusCode);
                var problem = await answer.ProblemAsync();
                Assert.Equal(("type_not_allowed", "video/mp4", "image/*"), (problem["code"], problem["detectedType"], problem["allowedTypes"]));
            }
        }

        Assert.Equal((0, 0), await Client.UsageAsync(_user));
    }

    [Fact]
    public async Task What_agrees_with_all_rules_becomes_a_file()
    {
        var bytes = RuleRequests.Picture(1000);
        var metadata = RuleRequests.Metadata(("filename", "a.png"), ("filetype", "image/jpeg"), ("relativePath", "b/a.png"));

        using var made = await Client.PostAsync(1000, bytes, metadata, _user);

        var file = await server.ClientOf(_user).EndedFileAsync(made.Headers.Location!.Id());
        Assert.Equal("ready", file.GetProperty("processingStatus").GetString());
    }

    [Fact]
    public async Task Names_are_made_harmless_where_nobody_says_otherwise()
    {
        await using var plain = await RunningServer.StartAsync(server.Postgres);
        var name = "inv\u202Eoice\u200B/../con. ";
        var id = await plain.UploadAsync(new byte[5], name, metadata: [("relativePath", "/C:/a\\..\\nul/x. ")]);

        var file = await plain.Client.EndedFileAsync(id);

        Assert.Equal("invoice_.._con", file.GetProperty("fileName").GetString());
        Assert.Equal(
            "a/_nul/x", await plain.WithDbAsync(db => db.Files.Where(row => row.Id == id).Select(row => row.RelativePath).SingleAsync(Ct)));
    }

    [Fact]
    public async Task Strictly_bytes_are_of_the_kind_that_the_client_says()
    {
        await using var strict = await RunningServer.StartAsync(server.Postgres, settings => settings["ContentRules:Sniffing"] = "strict");
        byte[] archive = [.. "PK\u0003\u0004"u8, .. new byte[100]];
        var metadata = RuleRequests.Metadata(("filetype", "application/pdf"));

        using var refused = await strict.Client.PostAsync(archive.Length, archive, metadata);
        using var taken = await strict.Client.PostAsync(archive.Length, archive, RuleRequests.Metadata(("filetype", "application/zip")));

        Assert.Equal((415, "type_mismatch"), ((int)refused.StatusCode, await refused.CodeAsync()));
        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
    }

    [Fact]
    public async Task A_wrong_rule_ends_the_start_in_words()
    {
        var trouble = await Assert.ThrowsAnyAsync<Exception>(() => RunningServer.StartAsync(server.Postgres, settings =>
        {
            settings["ContentRules:AllowedTypes:0"] = "png";
            settings["ContentRules:DeniedExtensions:0"] = "*.exe";
        }));

        Assert.Contains("'png' is no media type", trouble.ToString(), StringComparison.Ordinal);
        Assert.Contains("'*.exe' is no extension", trouble.ToString(), StringComparison.Ordinal);
    }

    public sealed class Ruled(PostgresServer postgres) : RunningServer(postgres)
    {
        protected override IEnumerable<(string Key, string Value)> Settings =>
        [
            ("ContentRules:AllowedTypes:0", "image/*"), ("ContentRules:DeniedTypes:0", "image/svg+xml"), ("ContentRules:DeniedExtensions:0", "exe"),
            ("ContentRules:MaxFileSize", "1000"), ("ContentRules:Names", "refuse"),
        ];
    }
}
