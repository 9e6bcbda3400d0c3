using System.Net;

using TusUpload.Data.Folders;
using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Auth;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Links;

/// <summary>Uploads through a link, with nothing but its name or with a token, and what the link takes.</summary>
public sealed class LinkUploadTests(LinkServer server, RunningServer local) : IClassFixture<LinkServer>, IClassFixture<RunningServer>, IDisposable
{
    private static readonly string[] Texts = ["text/plain"];
    private static readonly string[] Documents = ["image/*", "application/PDF"];

    private readonly HttpClient _owner = server.ClientWith(Tokens.Of("through-ann"));
    private readonly HttpClient _nobody = server.ClientWith(null);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _owner.Dispose();
        _nobody.Dispose();
    }

    [Theory]
    [InlineData("id")]
    [InlineData("slug")]
    public async Task A_client_that_knows_nothing_but_the_link_uploads(string name)
    {
        var link = await _owner.MakeLinkAsync();

        var upload = await _nobody.CreateAsync(10, LinkCalls.Metadata(("filename", "plain.txt"), ("linkId", link.Text(name)!)));

        Assert.Contains("?token=tu1.", upload.OriginalString, StringComparison.Ordinal);
        using var half = await _nobody.PatchAsync(upload, 0, new byte[4]);
        Assert.Equal(HttpStatusCode.NoContent, half.StatusCode);
        Assert.Equal(4, await _nobody.OffsetAsync(upload));
        using var bare = await _nobody.HeadAsync(new Uri(upload.OriginalString.Split('?')[0], UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, bare.StatusCode);
        using var rest = await _nobody.PatchAsync(upload, 4, new byte[6]);
        Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        var file = await _owner.WaitForFileAsync(upload.Id());
        Assert.Equal((link.Text("id"), link.Text("workspaceId"), "plain.txt"), (file.Text("linkId"), file.Text("workspaceId"), file.Text("fileName")));
        var counted = await _owner.LinkAsync(link);
        Assert.Equal((1, 1), (counted.GetProperty("uses").GetInt32(), counted.GetProperty("files").GetInt32()));

        var second = await _nobody.CreateAsync(10, LinkCalls.Through(link));
        using var gone = await _nobody.TerminateAsync(second);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        Assert.Equal(1, (await _owner.LinkAsync(link)).GetProperty("files").GetInt32());
    }

    [Fact]
    public async Task In_the_other_protocol_too()
    {
        var link = await _owner.MakeLinkAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/uploads")
        {
            Headers = { { "Upload-Draft-Interop-Version", "8" }, { "Upload-Complete", "?0" }, { "Upload-Metadata", LinkCalls.Through(link) } },
            Content = new ByteArrayContent([1, 2, 3]),
        };
        using var made = await _nobody.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var upload = made.Headers.Location!;
        Assert.Contains("?token=tu1.", upload.OriginalString, StringComparison.Ordinal);

        using var append = new HttpRequestMessage(HttpMethod.Patch, upload)
        {
            Headers = { { "Upload-Draft-Interop-Version", "8" }, { "Upload-Complete", "?1" }, { "Upload-Offset", "3" } },
            Content = new ByteArrayContent([4]) { Headers = { ContentType = new("application/partial-upload") } },
        };
        using var done = await _nobody.SendAsync(append, Ct);

        Assert.True(done.IsSuccessStatusCode, $"{done.StatusCode}");
        Assert.Equal(4, (await _owner.WaitForFileAsync(upload.Id())).GetProperty("fileSize").GetInt64());
    }

    [Fact]
    public async Task A_link_with_a_password_asks_everybody_for_it_who_does_not_work_there()
    {
        var link = await _owner.MakeLinkAsync(new { password = "open sesame" });
        using var bob = server.ClientWith(Tokens.Of("through-bob"));

        using var plain = await _nobody.PostAsync(1, metadata: LinkCalls.Through(link));
        Assert.Equal("Bearer", plain.Headers.WwwAuthenticate.ToString());
        await plain.IsProblemAsync(HttpStatusCode.Unauthorized, "link_password_required");
        await (await bob.PostAsync(1, metadata: LinkCalls.Through(link))).IsProblemAsync(HttpStatusCode.Forbidden, "link_password_required");
        Assert.Equal(HttpStatusCode.Created, (await _owner.PostAsync(1, metadata: LinkCalls.Through(link))).StatusCode);
    }

    [Fact]
    public async Task Each_visitor_who_says_nothing_is_another_and_counts_as_a_use_when_it_is_let_in()
    {
        var link = await _owner.MakeLinkAsync(new { maxUses = 2, maxFileSize = 5 });
        await (await _nobody.PostAsync(6, metadata: LinkCalls.Through(link))).IsProblemAsync(HttpStatusCode.RequestEntityTooLarge, "file_too_large");
        var one = await _nobody.CreateAsync(1, LinkCalls.Through(link));
        var two = await _nobody.CreateAsync(1, LinkCalls.Through(link));

        await (await _nobody.PostAsync(1, metadata: LinkCalls.Through(link))).IsProblemAsync(HttpStatusCode.UnprocessableEntity, "link_uses_exceeded");

        var token = two.OriginalString.Split('?')[1];
        using var crossed = await _nobody.HeadAsync(new Uri($"/uploads/{one.Id()}?{token}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, crossed.StatusCode);
    }

    [Fact]
    public async Task Parts_of_an_upload_need_a_token_and_are_one_file()
    {
        var link = await _owner.MakeLinkAsync(new { maxFiles = 1, maxFileSize = 4, allowedTypes = Texts });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/uploads")
        {
            Headers =
            {
                { "Tus-Resumable", "1.0.0" }, { "Upload-Length", "1" }, { "Upload-Concat", "partial" }, { "Upload-Metadata", LinkCalls.Through(link) },
            },
        };
        await (await _nobody.SendAsync(request, Ct)).IsProblemAsync(HttpStatusCode.Unauthorized, "link_session_required");
        using var visitor = await server.VisitorAsync(link);
        var parts = new[] { await visitor.UploadPartAsync([1, 2]), await visitor.UploadPartAsync([3, 4]) };
        var large = await visitor.CreatePartAsync(3);

        await (await visitor.ConcatenateAsync([parts[0], large], LinkCalls.Metadata(("filetype", "text/plain"))))
            .IsProblemAsync(HttpStatusCode.RequestEntityTooLarge, "file_too_large");
        await (await visitor.ConcatenateAsync(parts, LinkCalls.Metadata(("filetype", "image/png"))))
            .IsProblemAsync(HttpStatusCode.UnsupportedMediaType, "type_not_allowed");
        var final = await visitor.JoinAsync(parts, LinkCalls.Metadata(("filetype", "text/plain")));

        await visitor.WaitForFileAsync(final.Id());
        Assert.Equal(1, (await _owner.LinkAsync(link)).GetProperty("files").GetInt32());
        await (await visitor.PostAsync(1, metadata: LinkCalls.Metadata(("filetype", "text/plain"))))
            .IsProblemAsync(HttpStatusCode.UnprocessableEntity, "link_files_exceeded");
    }

    [Theory]
    [InlineData("image/png", true)]
    [InlineData("IMAGE/JPEG", true)]
    [InlineData("application/pdf", true)]
    [InlineData("application/pdf; version=1", true)]
    [InlineData("application/zip", false)]
    [InlineData("imagee/png", false)]
    [InlineData("image", false)]
    [InlineData(null, false)]
    public async Task A_link_takes_the_types_that_it_names(string? type, bool isTaken)
    {
        var link = await _owner.MakeLinkAsync(new { allowedTypes = Documents });

        using var answer = await _nobody.PostAsync(1, metadata: type is null ? LinkCalls.Through(link) : LinkCalls.Through(link, ("filetype", type)));

        Assert.Equal(isTaken ? HttpStatusCode.Created : HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        if (!isTaken)
        {
            var problem = await answer.JsonAsync(HttpStatusCode.UnsupportedMediaType);
            Assert.Equal(("type_not_allowed", string.Join(", ", Documents)), (problem.Text("code"), problem.Text("allowedTypes")));
        }
    }

    [Fact]
    public async Task A_length_that_is_told_later_is_held_against_the_largest_file_as_well()
    {
        var link = await _owner.MakeLinkAsync(new { maxFileSize = 10 });
        using var visitor = await server.VisitorAsync(link);
        var told = await visitor.CreateAsync(null);
        var grown = await visitor.CreateAsync(null);

        await (await visitor.PatchAsync(told, 0, [1], length: 11)).IsProblemAsync(HttpStatusCode.RequestEntityTooLarge, "file_too_large");
        await (await visitor.PatchAsync(grown, 0, new byte[11])).IsProblemAsync(HttpStatusCode.RequestEntityTooLarge, "file_too_large");

        var (offset, rest) = (await visitor.OffsetAsync(told), await visitor.OffsetAsync(grown));
        using var whole = await visitor.PatchAsync(told, offset, new byte[10 - offset], length: 10);
        Assert.Equal(HttpStatusCode.NoContent, whole.StatusCode);
        Assert.InRange(rest, 0, 10);
        Assert.Equal(10, (await visitor.WaitForFileAsync(told.Id())).GetProperty("fileSize").GetInt64());
    }

    [Fact]
    public async Task Files_go_into_the_links_folder_or_one_below_it_and_nowhere_else()
    {
        var workspace = (await _owner.MakeLinkAsync()).GetProperty("workspaceId").GetGuid();
        var (top, below, beside) = (await FolderAsync(workspace, "in"), await FolderAsync(workspace, "in/deep"), await FolderAsync(workspace, "in-between"));
        var link = await _owner.MakeLinkAsync(new { folderId = top });
        using var visitor = await server.VisitorAsync(link);

        var here = await server.UploadAsync([1], client: visitor, metadata: ("resumeKey", "k1"));
        var deep = await server.UploadAsync([1], client: visitor, metadata: ("folderId", below.ToString()));
        await (await visitor.PostAsync(1, metadata: LinkCalls.Metadata(("folderId", beside.ToString()))))
            .IsProblemAsync(HttpStatusCode.NotFound, "folder_not_found");
        await (await _owner.PostAsync(1, metadata: LinkCalls.Through(link, ("folderId", beside.ToString()))))
            .IsProblemAsync(HttpStatusCode.NotFound, "folder_not_found");

        Assert.Equal(top.ToString(), (await visitor.WaitForFileAsync(here)).Text("folderId"));
        Assert.Equal(below.ToString(), (await visitor.WaitForFileAsync(deep)).Text("folderId"));
        Assert.Equal(here, await server.UploadAsync([1], client: visitor, metadata: ("resumeKey", "k1")));
    }

    [Fact]
    public async Task In_development_mode_whoever_names_a_link_comes_by_it_and_only_on_this_machine()
    {
        var link = await local.Client.MakeLinkAsync();
        var guarded = await local.Client.MakeLinkAsync(new { password = "open sesame" });
        using var ann = local.ClientOf("ann");

        var upload = await local.Client.CreateAsync(1, LinkCalls.Through(link));
        Assert.Contains("?token=", upload.OriginalString, StringComparison.Ordinal);
        using var patch = await local.Client.PatchAsync(upload, 0, [1]);
        Assert.Equal(HttpStatusCode.NoContent, patch.StatusCode);
        await local.Client.WaitForFileAsync(upload.Id());
        await (await local.Client.PostAsync(1, metadata: LinkCalls.Through(guarded))).IsProblemAsync(HttpStatusCode.Unauthorized, "link_password_required");
        var named = await ann.CreateAsync(1, LinkCalls.Through(link));
        Assert.DoesNotContain("?token=", named.OriginalString, StringComparison.Ordinal);
        using var visitor = await local.VisitorAsync(guarded, "open sesame");
        Assert.Equal(HttpStatusCode.Created, (await visitor.PostAsync(1)).StatusCode);

        foreach (var path in new[] { $"/api/v1/links/{link.Text("slug")}/public", $"/api/v1/links/{link.Text("slug")}/session", "/uploads" })
        {
            using var request = new HttpRequestMessage(path.EndsWith("public", StringComparison.Ordinal) ? HttpMethod.Get : HttpMethod.Post, path)
            {
                Headers =
                {
                    { "X-Forwarded-For", "192.0.2.7" }, { "Tus-Resumable", "1.0.0" }, { "Upload-Length", "1" }, { "Upload-Metadata", LinkCalls.Through(link) },
                },
            };
            await (await local.Client.SendAsync(request, Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "development_loopback_only");
        }
    }

    private Task<Guid> FolderAsync(Guid workspace, string path) => server.WithDbAsync(db =>
    {
        var folder = new Folder { Id = Guid.CreateVersion7(), WorkspaceId = workspace, Path = path, CreatedAt = DateTimeOffset.UnixEpoch };
        db.Add(folder);
        return Task.FromResult(folder.Id);
    });
}
