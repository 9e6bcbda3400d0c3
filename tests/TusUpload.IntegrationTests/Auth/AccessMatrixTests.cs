using System.Globalization;
using System.Net;
using System.Text.Json;

using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.Data.Folders;
using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Api.Places;
using TusUpload.IntegrationTests.Links;

namespace TusUpload.IntegrationTests.Auth;

/// <summary>
/// Every endpoint and verb that the server has, asked by everybody there is. An endpoint without a row fails; so does a row without an endpoint.
/// <c>ok</c>: let in, whatever comes of it.
/// </summary>
public sealed class AccessMatrixTests(JwtTests.Server server) : IClassFixture<JwtTests.Server>
{
    // token: bearer of the upload's own token; revoked: of one that was revoked; key: an API key of the owner's that may only read;
    // viewer and manager: members of the owner's workspace. By a link of the owner's come, with a link token: visitor; closed: its link has
    // expired; barred: its link was revoked; late: its token has run out.
    private static readonly string[] Callers =
    [
        "anonymous", "other", "token", "revoked", "key", "observer", "operator", "admin", "viewer", "manager", "visitor", "closed", "barred", "late", "owner",
    ];

    private const string Table = """
        GET     /api/v1/api-keys                              401 ok  401 401 403 ok  ok  ok  ok  ok  403 403 401 401 ok
        POST    /api/v1/api-keys                              401 ok  401 401 403 ok  ok  ok  ok  ok  403 403 401 401 ok
        DELETE  /api/v1/api-keys/{id:guid}                    401 404 401 401 403 404 404 ok  404 404 403 403 401 401 ok
        GET     /api/v1/audit                                 401 403 401 401 403 403 ok  ok  403 403 403 403 401 401 403
        GET     /api/v1/batches                               401 ok  401 401 ok  ok  ok  ok  ok  ok  ok  ok  401 401 ok
        POST    /api/v1/batches                               401 ok  401 401 403 ok  ok  ok  ok  ok  ok  ok  401 401 ok
        GET     /api/v1/batches/{id:guid}                     401 404 401 401 ok  404 404 404 ok  ok  404 404 401 401 ok
        POST    /api/v1/batches/{id:guid}/cancel              401 404 401 401 403 404 404 404 403 ok  404 404 401 401 ok
        GET     /api/v1/batches/{id:guid}/content             401 404 401 401 ok  404 404 404 ok  ok  403 403 401 401 ok
        GET     /api/v1/batches/{id:guid}/files               401 404 401 401 ok  404 404 404 ok  ok  404 404 401 401 ok
        POST    /api/v1/batches/{id:guid}/seal                401 404 401 401 403 404 404 404 403 ok  404 404 401 401 ok
        GET     /api/v1/downloads/{link}                      404 404 404 404 404 404 404 404 404 404 404 404 404 404 404
        HEAD    /api/v1/downloads/{link}                      404 404 404 404 404 404 404 404 404 404 404 404 404 404 404
        GET     /api/v1/events                                401 ok  401 401 ok  ok  ok  ok  ok  ok  ok  ok  401 401 ok
        GET     /api/v1/files                                 401 ok  401 401 ok  ok  ok  ok  ok  ok  ok  ok  401 401 ok
        DELETE  /api/v1/files/{id:guid}                       401 404 401 401 403 404 404 404 403 ok  403 403 401 401 ok
        GET     /api/v1/files/{id:guid}                       401 404 401 401 ok  404 404 404 ok  ok  404 404 401 401 ok
        PATCH   /api/v1/files/{id:guid}                       401 404 401 401 403 404 404 404 403 ok  403 403 401 401 ok
        GET     /api/v1/files/{id:guid}/content               401 404 401 401 ok  404 404 404 ok  ok  403 403 401 401 ok
        HEAD    /api/v1/files/{id:guid}/content               401 404 401 401 ok  404 404 404 ok  ok  403 403 401 401 ok
        POST    /api/v1/files/{id:guid}/copy                  401 404 401 401 403 404 404 404 403 ok  403 403 401 401 ok
        POST    /api/v1/files/{id:guid}/replay                401 404 401 401 403 404 404 404 403 ok  403 403 401 401 ok
        POST    /api/v1/files/{id:guid}/signed-url            401 404 401 401 ok  404 404 404 ok  ok  403 403 401 401 ok
        GET     /api/v1/files/{id:guid}/versions              401 404 401 401 ok  404 404 404 ok  ok  404 404 401 401 ok
        GET     /api/v1/folders                               401 ok  401 401 ok  ok  ok  ok  ok  ok  403 403 401 401 ok
        POST    /api/v1/folders                               401 ok  401 401 403 ok  ok  ok  ok  ok  403 403 401 401 ok
        DELETE  /api/v1/folders/{id:guid}                     401 404 401 401 403 404 404 404 403 ok  403 403 401 401 ok
        GET     /api/v1/folders/{id:guid}                     401 404 401 401 ok  404 404 404 ok  ok  403 403 401 401 ok
        PATCH   /api/v1/folders/{id:guid}                     401 404 401 401 403 404 404 404 403 ok  403 403 401 401 ok
        GET     /api/v1/folders/{id:guid}/content             401 404 401 401 ok  404 404 404 ok  ok  403 403 401 401 ok
        POST    /api/v1/folders/{id:guid}/move                401 404 401 401 403 404 404 404 403 ok  403 403 401 401 ok
        POST    /api/v1/folders/{id:guid}/restore             401 404 401 401 403 404 404 404 403 ok  403 403 401 401 ok
        GET     /api/v1/links                                 401 ok  401 401 403 ok  ok  ok  ok  ok  403 403 401 401 ok
        POST    /api/v1/links                                 401 ok  401 401 403 ok  ok  ok  ok  ok  403 403 401 401 ok
        DELETE  /api/v1/links/{id:guid}                       401 404 401 401 403 404 404 404 404 ok  403 403 401 401 ok
        GET     /api/v1/links/{id:guid}                       401 404 401 401 403 404 404 404 404 ok  403 403 401 401 ok
        PATCH   /api/v1/links/{id:guid}                       401 404 401 401 403 404 404 404 404 ok  403 403 401 401 ok
        GET     /api/v1/links/{slug}/public                   ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
        POST    /api/v1/links/{slug}/session                  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
        GET     /api/v1/trash                                 401 ok  401 401 ok  ok  ok  ok  ok  ok  403 403 401 401 ok
        DELETE  /api/v1/trash/{id:guid}                       401 404 401 401 403 404 404 404 403 ok  403 403 401 401 ok
        GET     /api/v1/uploads                               401 ok  401 401 ok  ok  ok  ok  ok  ok  ok  ok  401 401 ok
        DELETE  /api/v1/uploads/{id:guid}                     401 404 401 401 403 404 404 404 403 ok  404 404 401 401 ok
        GET     /api/v1/uploads/{id:guid}                     401 404 ok  401 ok  404 404 404 ok  ok  404 404 401 401 ok
        POST    /api/v1/uploads/{id:guid}/extend              401 404 ok  401 403 404 404 404 403 ok  404 404 401 401 ok
        DELETE  /api/v1/uploads/{id:guid}/token               401 404 401 401 403 404 404 404 403 ok  404 404 401 401 ok
        POST    /api/v1/uploads/{id:guid}/token               401 404 401 401 403 404 404 404 403 ok  404 404 401 401 ok
        GET     /api/v1/usage                                 401 ok  401 401 ok  ok  ok  ok  ok  ok  403 403 401 401 ok
        POST    /api/v1/usage/check                           401 ok  401 401 403 ok  ok  ok  ok  ok  ok  ok  401 401 ok
        GET     /api/v1/usage/drift                           401 403 401 401 403 403 ok  ok  403 403 403 403 401 401 403
        POST    /api/v1/usage/repair                          401 403 401 401 403 403 ok  ok  403 403 403 403 401 401 403
        GET     /api/v1/users                                 401 403 401 401 403 403 403 ok  403 403 403 403 401 401 403
        GET     /api/v1/users/{userId}                        401 403 401 401 403 403 403 ok  403 403 403 403 401 401 403
        PATCH   /api/v1/users/{userId}                        401 403 401 401 403 403 403 ok  403 403 403 403 401 401 403
        DELETE  /api/v1/users/{userId}/storage-limit          401 403 401 401 403 403 403 ok  403 403 403 403 401 401 403
        GET     /api/v1/workspaces                            401 ok  401 401 ok  ok  ok  ok  ok  ok  403 403 401 401 ok
        POST    /api/v1/workspaces                            401 ok  401 401 403 ok  ok  ok  ok  ok  403 403 401 401 ok
        DELETE  /api/v1/workspaces/{id:guid}                  401 404 401 401 403 404 404 404 403 403 403 403 401 401 ok
        GET     /api/v1/workspaces/{id:guid}                  401 404 401 401 ok  404 404 404 ok  ok  403 403 401 401 ok
        PATCH   /api/v1/workspaces/{id:guid}                  401 404 401 401 403 404 404 404 403 ok  403 403 401 401 ok
        GET     /api/v1/workspaces/{id:guid}/members          401 404 401 401 ok  404 404 404 403 ok  403 403 401 401 ok
        DELETE  /api/v1/workspaces/{id:guid}/members/{userId} 401 404 401 401 403 404 404 404 403 ok  403 403 401 401 ok
        GET     /api/v1/workspaces/{id:guid}/members/{userId} 401 404 401 401 ok  404 404 404 403 ok  403 403 401 401 ok
        PUT     /api/v1/workspaces/{id:guid}/members/{userId} 401 404 401 401 403 404 404 404 403 ok  403 403 401 401 ok
        POST    /api/v1/workspaces/{id:guid}/restore          401 404 401 401 403 404 404 404 ok  ok  403 403 401 401 ok
        GET     /api/v1/workspaces/{id:guid}/tree             401 404 401 401 ok  404 404 404 ok  ok  403 403 401 401 ok
        GET     /docs/favicon.svg                             ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
        GET     /docs/scalar.aspnetcore.js                    ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
        GET     /docs/scalar.js                               ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
        GET     /docs/{documentName?}                         401 403 401 401 403 ok  ok  ok  403 403 403 403 401 401 403
        GET     /hangfire/{**path}                            401 403 401 401 403 ok  ok  ok  403 403 403 403 401 401 403
        GET     /health/live                                  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
        GET     /health/ready                                 ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
        GET     /login                                        ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
        POST    /login                                        403 403 403 403 403 403 403 403 403 403 403 403 403 403 403
        POST    /logout                                       ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
        GET     /metrics                                      401 403 401 401 403 ok  ok  ok  403 403 403 403 401 401 403
        GET     /openapi/{documentName}.json                  401 403 401 401 403 ok  ok  ok  403 403 403 403 401 401 403
        OPTIONS /uploads                                      ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
        POST    /uploads                                      401 ok  401 401 403 ok  ok  ok  ok  ok  ok  410 401 401 ok
        DELETE  /uploads/{uploadId}                           401 404 ok  401 403 404 404 404 404 404 404 404 401 401 ok
        HEAD    /uploads/{uploadId}                           401 404 ok  401 403 404 404 404 404 404 404 404 404 423 ok
        OPTIONS /uploads/{uploadId}                           ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
        PATCH   /uploads/{uploadId}                           401 404 ok  401 403 404 404 404 404 404 404 404 401 401 ok
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everybody_gets_the_answer_of_the_table_from_every_endpoint()
    {
        var wrong = new List<string>();
        var rows = Table.Split('\n', StringSplitOptions.TrimEntries).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(cells => $"{cells[0]} {cells[1]}", cells => cells[2..], StringComparer.Ordinal);
        var endpoints = Endpoints().Order(StringComparer.Ordinal).ToList();
        wrong.AddRange(endpoints.Except(rows.Keys, StringComparer.Ordinal).Select(endpoint => $"no row for {endpoint}"));
        wrong.AddRange(rows.Keys.Except(endpoints, StringComparer.Ordinal).Select(row => $"no endpoint for {row}"));
        foreach (var endpoint in endpoints.Where(rows.ContainsKey))
        {
            var things = await ThingsAsync();

            for (var caller = 0; caller < Callers.Length; caller++)
            {
                var answer = await AskAsync(endpoint, Callers[caller], things);
                things = answer == "ok" && endpoint.StartsWith("DELETE", StringComparison.Ordinal) ? await ThingsAsync() : things;
                if (answer != rows[endpoint][caller])
                {
                    wrong.Add($"{endpoint} by {Callers[caller]}: {answer} instead of {rows[endpoint][caller]}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private IEnumerable<string> Endpoints()
    {
        foreach (var endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var pattern = $"/{endpoint.RoutePattern.RawText!.Trim('/')}";
            var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods
                ?? pattern switch { "/uploads" => ["POST"], "/uploads/{uploadId}" => ["DELETE", "HEAD", "PATCH"], _ => ["GET"] };
            foreach (var method in methods)
            {
                yield return $"{method} {pattern}";
            }
        }
    }

    private async Task<string> AskAsync(string endpoint, string caller, Things things)
    {
        var (method, pattern) = (endpoint.Split(' ')[0], endpoint.Split(' ')[1]);
        var path = pattern
            .Replace("/{**path}", "", StringComparison.Ordinal)
            .Replace("{documentName?}", "v1", StringComparison.Ordinal)
            .Replace("{documentName}", "v1", StringComparison.Ordinal)
            .Replace("{link}", "td1.nonsense", StringComparison.Ordinal)
            .Replace("{userId}", pattern.Contains("/members/", StringComparison.Ordinal) ? $"{things.Owner}-member" : things.Owner, StringComparison.Ordinal)
            .Replace("{slug}", things.Slug, StringComparison.Ordinal)
            .Replace("{uploadId}", $"{things.Upload}", StringComparison.Ordinal)
            .Replace("{id:guid}", pattern.Contains("{id:guid}", StringComparison.Ordinal) ? $"{things.Of(pattern)}" : "", StringComparison.Ordinal);
        using var client = server.ClientWith(caller switch
        {
            "anonymous" or "token" or "revoked" => null,
            "other" => Tokens.Of("matrix-other"),
            "key" => things.Key,
            "visitor" or "closed" or "barred" or "late" => things.LinkTokens[caller],
            "owner" => Tokens.Of(things.Owner),
            "viewer" or "manager" => Tokens.Of($"{things.Owner}-{caller}"),
            _ => Tokens.Of($"matrix-{caller}", caller),
        });
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (path.StartsWith("/uploads", StringComparison.Ordinal))
        {
            request.Headers.Add("Tus-Resumable", "1.0.0");
            request.Headers.Add(method == "POST" ? "Upload-Length" : "Upload-Offset", "0");
            request.Content = method == "PATCH" ? new ByteArrayContent([]) { Headers = { ContentType = new("application/offset+octet-stream") } } : null;
        }
        else if (method is "POST" or "PATCH" or "PUT" && !path.StartsWith("/log", StringComparison.Ordinal))
        {
            request.Content = new StringContent("""{"fileName":"a","name":"a","role":"editor"}""", null, "application/json");
        }

        if (caller is "token" or "revoked")
        {
            request.Headers.Add("Upload-Token", caller == "token" ? things.UploadToken : things.RevokedToken);
        }

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        Assert.True((int)answer.StatusCode < 500, $"{endpoint} by {caller}: {answer.StatusCode}");
        return answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.Gone or HttpStatusCode.Locked
            ? ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture)
            : "ok";
    }

    private async Task<Things> ThingsAsync()
    {
        var owner = $"matrix-{Guid.CreateVersion7():N}";
        using var client = server.ClientWith(Tokens.Of(owner));
        var key = await client.MakeKeyAsync("read");
        var upload = await server.CreateUploadAsync(10, client: client);
        var file = await server.UploadAsync([1], client: client);
        await client.WaitForFileAsync(file);
        var batch = (await (await client.PostJsonAsync("/api/v1/batches", new { })).JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        var revoked = await TokenAsync(client, upload);
        using var done = await client.DeleteAsync($"/api/v1/uploads/{upload}/token", Ct);
        Assert.Equal(HttpStatusCode.NoContent, done.StatusCode);
        var workspace = (await client.GetJsonAsync("/api/v1/workspaces")).Ids().Single();
        foreach (var role in new[] { "viewer", "manager", "member" })
        {
            using var member = server.ClientWith(Tokens.Of($"{owner}-{role}"));
            await member.GetJsonAsync("/api/v1/usage");
            await (await client.SetMemberAsync(workspace, $"{owner}-{role}", role == "member" ? "editor" : role)).JsonAsync(HttpStatusCode.OK);
        }

        var trash = await client.MakeFolderAsync(workspace, "trash");
        using var deleted = await client.DeleteAsync($"/api/v1/folders/{trash}", Ct);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        var (link, tokens) = await LinksAsync(client);
        return new()
        {
            Owner = owner,
            Link = link.GetProperty("id").GetGuid(),
            Slug = link.Text("slug")!,
            LinkTokens = tokens,
            Upload = upload,
            File = file,
            Batch = batch,
            KeyId = key.GetProperty("id").GetGuid(),
            Folder = await FolderAsync(file),
            Workspace = workspace,
            Trash = trash,
            Key = key.Text("key")!,
            UploadToken = await TokenAsync(client, upload),
            RevokedToken = revoked,
        };
    }

    private async Task<(JsonElement Link, IReadOnlyDictionary<string, string> Tokens)> LinksAsync(HttpClient owner)
    {
        var (link, closed, barred) = (await owner.MakeLinkAsync(), await owner.MakeLinkAsync(), await owner.MakeLinkAsync());
        var tokens = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["visitor"] = await server.LinkTokenAsync(link),
            ["closed"] = await server.LinkTokenAsync(closed),
            ["barred"] = await server.LinkTokenAsync(barred),
        };
        tokens["late"] = await server.AgedAsync(tokens["visitor"], TimeSpan.FromMinutes(-1));
        await server.ExpireAsync(closed);
        await owner.RevokeAsync(barred);
        return (link, tokens);
    }

    private static async Task<string> TokenAsync(HttpClient client, Guid upload) =>
        (await (await client.PostJsonAsync($"/api/v1/uploads/{upload}/token", new { })).JsonAsync(HttpStatusCode.OK)).Text("token")!;

    private Task<Guid> FolderAsync(Guid file) => server.WithDbAsync(async db =>
    {
        var found = (await db.Files.FindAsync([file], Ct))!;
        var folder = new Folder { Id = Guid.CreateVersion7(), WorkspaceId = found.WorkspaceId, Path = "folder", CreatedAt = found.CreatedAt };
        db.Add(folder);
        return folder.Id;
    });

    private sealed record Things
    {
        public required string Owner { get; init; }

        public required Guid Link { get; init; }

        public required string Slug { get; init; }

        public required IReadOnlyDictionary<string, string> LinkTokens { get; init; }

        public required Guid Upload { get; init; }

        public required Guid File { get; init; }

        public required Guid Batch { get; init; }

        public required Guid KeyId { get; init; }

        public required Guid Folder { get; init; }

        public required Guid Workspace { get; init; }

        public required Guid Trash { get; init; }

        public required string Key { get; init; }

        public required string UploadToken { get; init; }

        public required string RevokedToken { get; init; }

        public Guid Of(string pattern) => pattern.Split('/')[3] switch
        {
            "uploads" => Upload,
            "files" => File,
            "batches" => Batch,
            "api-keys" => KeyId,
            "folders" => Folder,
            "workspaces" => Workspace,
            "trash" => Trash,
            "links" => Link,
            var other => throw new ArgumentOutOfRangeException(nameof(pattern), other, "Whose id is this?"),
        };
    }
}
