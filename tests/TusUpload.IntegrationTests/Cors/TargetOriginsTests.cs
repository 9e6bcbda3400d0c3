using System.Net;
using System.Text;

using Microsoft.EntityFrameworkCore;

using TusUpload.Data.Links;
using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Auth;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Cors;

/// <summary>Pages of origins that a workspace or a link names, beside those of the configuration.</summary>
public sealed class TargetOriginsTests(TargetOriginsTests.Server server) : IClassFixture<TargetOriginsTests.Server>
{
    private const string Configured = "https://app.example.com";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/uploads", "POST")]
    [InlineData("/uploads/01937b6e-4c5d-7a10-8f2e-3b4c5d6e7f80", "PATCH")]
    [InlineData("/api/v1/files", "GET")]
    public async Task A_preflight_is_allowed_to_what_anybody_names_without_credentials(string path, string method)
    {
        var (origin, _, _) = await SpaceAsync();

        using var named = await PreflightAsync(path, method, origin);
        Assert.Equal(origin, AllowedOf(named));
        Assert.Contains("Authorization", named.Headers.GetValues("Access-Control-Allow-Headers").Single(), StringComparison.Ordinal);
        Assert.False(named.Headers.Contains("Access-Control-Allow-Credentials"));
        using var unknown = await PreflightAsync(path, method, "https://unknown.example");
        Assert.Null(AllowedOf(unknown));
        using var configured = await PreflightAsync(path, method, Configured);
        Assert.Equal((Configured, "true"), (AllowedOf(configured), configured.Headers.GetValues("Access-Control-Allow-Credentials").Single()));
    }

    [Fact]
    public async Task An_answer_can_be_read_by_pages_of_its_own_workspace_alone()
    {
        var (origin, client, workspace) = await SpaceAsync();
        var (other, otherClient, otherWorkspace) = await SpaceAsync();
        using var created = await CreateAsync(client, origin, ("workspaceId", workspace.ToString()));
        Assert.Equal((HttpStatusCode.Created, origin), (created.StatusCode, AllowedOf(created)));
        Assert.Contains("Location", created.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.Ordinal);
        var upload = created.Headers.Location!.ToString();

        foreach (var path in new[] { upload, $"/api/v1{upload}" })
        {
            using var own = await AskAsync(client, path == upload ? HttpMethod.Head : HttpMethod.Get, path, origin);
            Assert.Equal((HttpStatusCode.OK, origin), (own.StatusCode, AllowedOf(own)));
            using var foreign = await AskAsync(client, path == upload ? HttpMethod.Head : HttpMethod.Get, path, other);
            Assert.Null(AllowedOf(foreign));
        }

        using var elsewhere = await CreateAsync(client, origin, ("workspaceId", otherWorkspace.ToString()));
        Assert.Null(AllowedOf(elsewhere));
        using var list = await AskAsync(client, HttpMethod.Get, "/api/v1/files", origin);
        Assert.Equal(origin, AllowedOf(list));
        using var otherList = await AskAsync(client, HttpMethod.Get, "/api/v1/files", other);
        Assert.Null(AllowedOf(otherList));
        using var plain = await CreateAsync(otherClient, other);
        Assert.Equal(other, AllowedOf(plain));
        using var noCredentials = await AskAsync(client, HttpMethod.Get, "/api/v1/files", origin);
        Assert.False(noCredentials.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task A_link_adds_its_own_for_what_goes_through_it()
    {
        var (_, client, workspace) = await SpaceAsync();
        var origin = NewOrigin();
        var link = await server.WithDbAsync(db =>
        {
            var made = new Link
            {
                Id = Guid.CreateVersion7(),
                WorkspaceId = workspace,
                Slug = $"s{Guid.CreateVersion7():N}",
                CreatedBy = "x",
                AllowedOrigins = [origin],
                CreatedAt = TimeProvider.System.GetUtcNow(),
            };
            db.Add(made);
            return Task.FromResult(made);
        });
        await SeenAsync(origin);

        using var through = await CreateAsync(client, origin, ("linkId", link.Id.ToString()));
        Assert.Equal(origin, AllowedOf(through));
        using var beside = await CreateAsync(client, origin, ("workspaceId", workspace.ToString()));
        Assert.Null(AllowedOf(beside));
        using var list = await AskAsync(client, HttpMethod.Get, "/api/v1/files", origin);
        Assert.Null(AllowedOf(list));
    }

    [Fact]
    public async Task A_page_can_read_that_its_user_must_sign_in()
    {
        var (origin, _, _) = await SpaceAsync();
        using var nobody = server.ClientWith(null);

        using var answer = await AskAsync(nobody, HttpMethod.Get, "/api/v1/files", origin);

        Assert.Equal((HttpStatusCode.Unauthorized, origin), (answer.StatusCode, AllowedOf(answer)));
    }

    private async Task<(string Origin, HttpClient Client, Guid Workspace)> SpaceAsync()
    {
        var (origin, user) = (NewOrigin(), $"cors-{Guid.CreateVersion7():N}");
        var client = server.ClientWith(Tokens.Of(user));
        var workspace = (await client.GetJsonAsync("/api/v1/usage")).GetProperty("workspaces")[0].GetProperty("id").GetGuid();
        await server.WithDbAsync(async db => (await db.Workspaces.SingleAsync(space => space.Id == workspace, Ct)).AllowedOrigins = [origin]);
        await SeenAsync(origin);
        return (origin, client, workspace);
    }

    // What workspaces name is looked up every few seconds.
    private async Task SeenAsync(string origin)
    {
        using var seen = await Eventually.FindAsync(
            async () => await PreflightAsync("/uploads", "POST", origin) is var answer && AllowedOf(answer) is not null ? answer : null, "the origin to be seen");
    }

    private static string NewOrigin() => $"https://{Guid.CreateVersion7():N}.example";

    private static string? AllowedOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins) ? origins.Single() : null;

    private async Task<HttpResponseMessage> PreflightAsync(string path, string method, string origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, path)
        {
            Headers =
            {
                { "Origin", origin },
                { "Access-Control-Request-Method", method },
                { "Access-Control-Request-Headers", "authorization,content-type" },
            },
        };
        return await server.Client.SendAsync(request, Ct);
    }

    private static async Task<HttpResponseMessage> AskAsync(HttpClient client, HttpMethod method, string path, string origin)
    {
        using var request = new HttpRequestMessage(method, path) { Headers = { { "Origin", origin }, { "Tus-Resumable", "1.0.0" } } };
        return await client.SendAsync(request, Ct);
    }

    private static async Task<HttpResponseMessage> CreateAsync(HttpClient client, string origin, params (string Key, string Value)[] metadata)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/uploads")
        {
            Headers = { { "Origin", origin }, { "Tus-Resumable", "1.0.0" }, { "Upload-Length", "5" } },
        };
        if (metadata.Length > 0)
        {
            request.Headers.Add(
                "Upload-Metadata", string.Join(',', metadata.Select(pair => $"{pair.Key} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Value))}")));
        }

        return await client.SendAsync(request, Ct);
    }

    public sealed class Server(PostgresServer postgres) : RunningServer(postgres)
    {
        protected override IEnumerable<(string Key, string Value)> Settings
        {
            get
            {
                var settings = new Dictionary<string, string>(StringComparer.Ordinal);
                Tokens.Take(settings);
                settings["Tus:Cors:AllowedOrigins:0"] = Configured;
                settings["Tus:Cors:AllowCredentials"] = "true";
                return settings.Select(setting => (setting.Key, setting.Value));
            }
        }
    }
}
