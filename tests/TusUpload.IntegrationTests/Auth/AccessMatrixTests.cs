using System.Globalization;
using System.Net;

using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.Data.Folders;
using TusUpload.IntegrationTests.Api;

namespace TusUpload.IntegrationTests.Auth;

/// <summary>
/// Every endpoint and verb that the server has, asked by everybody there is. An endpoint without a row fails; so does a row without an endpoint.
/// <c>ok</c>: let in, whatever comes of it.
/// </summary>
public sealed class AccessMatrixTests(JwtTests.Server server) : IClassFixture<JwtTests.Server>
{
    // token: bearer of the upload's own token; revoked: of one that was revoked; key: an API key of the owner's that may only read.
    private static readonly string[] Callers = ["anonymous", "other", "token", "revoked", "key", "observer", "operator", "admin", "owner"];

    private const string Table = """
        GET     /api/v1/api-keys                      401 ok  401 401 403 ok  ok  ok  ok
        POST    /api/v1/api-keys                      401 ok  401 401 403 ok  ok  ok  ok
        DELETE  /api/v1/api-keys/{id:guid}            401 404 401 401 403 404 404 404 ok
        GET     /api/v1/batches                       401 ok  401 401 ok  ok  ok  ok  ok
        POST    /api/v1/batches                       401 ok  401 401 403 ok  ok  ok  ok
        GET     /api/v1/batches/{id:guid}             401 404 401 401 ok  404 404 404 ok
        GET     /api/v1/batches/{id:guid}/content     401 404 401 401 ok  404 404 404 ok
        POST    /api/v1/batches/{id:guid}/cancel      401 404 401 401 403 404 404 404 ok
        GET     /api/v1/batches/{id:guid}/files       401 404 401 401 ok  404 404 404 ok
        POST    /api/v1/batches/{id:guid}/seal        401 404 401 401 403 404 404 404 ok
        GET     /api/v1/downloads/{link}              404 404 404 404 404 404 404 404 404
        HEAD    /api/v1/downloads/{link}              404 404 404 404 404 404 404 404 404
        GET     /api/v1/events                        401 ok  401 401 ok  ok  ok  ok  ok
        GET     /api/v1/files                         401 ok  401 401 ok  ok  ok  ok  ok
        DELETE  /api/v1/files/{id:guid}               401 404 401 401 403 404 404 404 ok
        GET     /api/v1/files/{id:guid}               401 404 401 401 ok  404 404 404 ok
        PATCH   /api/v1/files/{id:guid}               401 404 401 401 403 404 404 404 ok
        GET     /api/v1/files/{id:guid}/content       401 404 401 401 ok  404 404 404 ok
        HEAD    /api/v1/files/{id:guid}/content       401 404 401 401 ok  404 404 404 ok
        POST    /api/v1/files/{id:guid}/copy          401 404 401 401 403 404 404 404 ok
        POST    /api/v1/files/{id:guid}/replay        401 404 401 401 403 404 404 404 ok
        POST    /api/v1/files/{id:guid}/signed-url    401 404 401 401 ok  404 404 404 ok
        GET     /api/v1/folders/{id:guid}/content     401 404 401 401 ok  404 404 404 ok
        GET     /api/v1/uploads                       401 ok  401 401 ok  ok  ok  ok  ok
        DELETE  /api/v1/uploads/{id:guid}             401 404 401 401 403 404 404 404 ok
        GET     /api/v1/uploads/{id:guid}             401 404 ok  401 ok  404 404 404 ok
        POST    /api/v1/uploads/{id:guid}/extend      401 404 ok  401 403 404 404 404 ok
        DELETE  /api/v1/uploads/{id:guid}/token       401 404 401 401 403 404 404 404 ok
        POST    /api/v1/uploads/{id:guid}/token       401 404 401 401 403 404 404 404 ok
        GET     /api/v1/usage                         401 ok  401 401 ok  ok  ok  ok  ok
        POST    /api/v1/usage/check                   401 ok  401 401 403 ok  ok  ok  ok
        GET     /api/v1/usage/drift                   401 403 401 401 403 403 ok  ok  403
        POST    /api/v1/usage/repair                  401 403 401 401 403 403 ok  ok  403
        GET     /api/v1/users                         401 403 401 401 403 403 403 ok  403
        GET     /api/v1/users/{userId}                401 403 401 401 403 403 403 ok  403
        PATCH   /api/v1/users/{userId}                401 403 401 401 403 403 403 ok  403
        DELETE  /api/v1/users/{userId}/storage-limit  401 403 401 401 403 403 403 ok  403
        GET     /docs/favicon.svg                     ok  ok  ok  ok  ok  ok  ok  ok  ok
        GET     /docs/scalar.aspnetcore.js            ok  ok  ok  ok  ok  ok  ok  ok  ok
        GET     /docs/scalar.js                       ok  ok  ok  ok  ok  ok  ok  ok  ok
        GET     /docs/{documentName?}                 401 403 401 401 403 ok  ok  ok  403
        GET     /hangfire/{**path}                    401 403 401 401 403 ok  ok  ok  403
        GET     /health/live                          ok  ok  ok  ok  ok  ok  ok  ok  ok
        GET     /health/ready                         ok  ok  ok  ok  ok  ok  ok  ok  ok
        GET     /login                                ok  ok  ok  ok  ok  ok  ok  ok  ok
        POST    /login                                403 403 403 403 403 403 403 403 403
        POST    /logout                               ok  ok  ok  ok  ok  ok  ok  ok  ok
        GET     /metrics                              401 403 401 401 403 ok  ok  ok  403
        GET     /openapi/{documentName}.json          401 403 401 401 403 ok  ok  ok  403
        OPTIONS /uploads                              ok  ok  ok  ok  ok  ok  ok  ok  ok
        POST    /uploads                              401 ok  401 401 403 ok  ok  ok  ok
        DELETE  /uploads/{uploadId}                   401 404 ok  401 403 404 404 404 ok
        HEAD    /uploads/{uploadId}                   401 404 ok  401 403 404 404 404 ok
        OPTIONS /uploads/{uploadId}                   ok  ok  ok  ok  ok  ok  ok  ok  ok
        PATCH   /uploads/{uploadId}                   401 404 ok  401 403 404 404 404 ok
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
            .Replace("{userId}", things.Owner, StringComparison.Ordinal)
            .Replace("{uploadId}", $"{things.Upload}", StringComparison.Ordinal)
            .Replace("{id:guid}", pattern.Contains("{id:guid}", StringComparison.Ordinal) ? $"{things.Of(pattern)}" : "", StringComparison.Ordinal);
        using var client = server.ClientWith(caller switch
        {
            "anonymous" or "token" or "revoked" => null,
            "other" => Tokens.Of("matrix-other"),
            "key" => things.Key,
            "owner" => Tokens.Of(things.Owner),
            _ => Tokens.Of($"matrix-{caller}", caller),
        });
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (path.StartsWith("/uploads", StringComparison.Ordinal))
        {
            request.Headers.Add("Tus-Resumable", "1.0.0");
            request.Headers.Add(method == "POST" ? "Upload-Length" : "Upload-Offset", "0");
            request.Content = method == "PATCH" ? new ByteArrayContent([]) { Headers = { ContentType = new("application/offset+octet-stream") } } : null;
        }
        else if (method is "POST" or "PATCH" && !path.StartsWith("/log", StringComparison.Ordinal))
        {
            request.Content = new StringContent("""{"fileName":"a"}""", null, "application/json");
        }

        if (caller is "token" or "revoked")
        {
            request.Headers.Add("Upload-Token", caller == "token" ? things.UploadToken : things.RevokedToken);
        }

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        Assert.True((int)answer.StatusCode < 500, $"{endpoint} by {caller}: {answer.StatusCode}");
        return answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound
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
        return new(
            owner, upload, file, batch, key.GetProperty("id").GetGuid(), await FolderAsync(file), key.Text("key")!, await TokenAsync(client, upload), revoked);
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

    private sealed record Things(
        string Owner, Guid Upload, Guid File, Guid Batch, Guid KeyId, Guid Folder, string Key, string UploadToken, string RevokedToken)
    {
        public Guid Of(string pattern) => pattern.Split('/')[3] switch
        {
            "uploads" => Upload,
            "files" => File,
            "batches" => Batch,
            "api-keys" => KeyId,
            "folders" => Folder,
            var other => throw new ArgumentOutOfRangeException(nameof(pattern), other, "Whose id is this?"),
        };
    }
}
