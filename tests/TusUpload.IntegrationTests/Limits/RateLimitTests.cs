using System.Net;

using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Auth;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Links;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Limits;

/// <summary>How many requests one caller may send.</summary>
public sealed class RateLimitTests(RateLimitTests.Server server) : IClassFixture<RateLimitTests.Server>
{
    private const int Many = 12;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("reads", "GET", "/api/v1/files")]
    [InlineData("reads-in-capitals", "GET", "/API/V1/FILES")]
    [InlineData("writes", "DELETE", "/api/v1/files/01937b6e-4c5d-7a10-8f2e-3b4c5d6e7f80")]
    [InlineData("writes-in-capitals", "DELETE", "/API/V1/FILES/01937b6e-4c5d-7a10-8f2e-3b4c5d6e7f80")]
    [InlineData("creations", "POST", "/uploads")]
    [InlineData("creations-with-a-slash", "POST", "/uploads/")]
    [InlineData("creations-in-capitals", "POST", "/UPLOADS")]
    public async Task Who_sends_too_many_is_told_when_to_come_back_and_others_are_not(string user, string method, string path)
    {
        using var client = server.ClientWith(Tokens.Of(user));
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < Many; i++)
        {
            answers.Add(await SendAsync(client, method, path));
        }

        var refused = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.True(refused.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1));
        Assert.True(answers.FindIndex(answer => answer.StatusCode == HttpStatusCode.TooManyRequests) >= 3);
        await refused.IsProblemAsync(HttpStatusCode.TooManyRequests, "rate_limited");
        using var other = server.ClientWith(Tokens.Of($"{user}-other"));
        using var let = await SendAsync(other, method, path);
        Assert.NotEqual(HttpStatusCode.TooManyRequests, let.StatusCode);
        using var later = await Eventually.FindAsync(
            async () => await SendAsync(client, method, path) is { StatusCode: not HttpStatusCode.TooManyRequests } answer ? answer : null, "the bucket to fill");
        answers.ForEach(answer => answer.Dispose());
    }

    [Fact]
    public async Task Who_is_not_signed_in_is_counted_by_address()
    {
        using var client = server.ClientWith(null);

        // The address is that of every test here.
        using var first = await Eventually.FindAsync(
            async () => await SendAsync(client, "GET", "/api/v1/files") is { StatusCode: not HttpStatusCode.TooManyRequests } answer ? answer : null, "the bucket to fill");
        Assert.Equal(HttpStatusCode.Unauthorized, first.StatusCode);
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < Many; i++)
        {
            using var answer = await SendAsync(i % 2 == 0 ? client : server.ClientWith("nonsense"), "GET", "/api/v1/files");
            statuses.Add(answer.StatusCode);
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }

    [Theory]
    [InlineData("GET", "/API/V1/LINKS/s/PUBLIC")]
    [InlineData("POST", "/API/V1/LINKS/s/SESSION")]
    [InlineData("POST", "/LOGIN")]
    [InlineData("POST", "/login/")]
    public async Task However_an_address_is_written_who_asks_too_often_is_told_so(string method, string path)
    {
        using var nobody = server.ClientWith(null);
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < Many; i++)
        {
            using var answer = await SendAsync(nobody, method, path);
            statuses.Add(answer.StatusCode);
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }

    [Fact]
    public async Task Who_comes_by_a_link_as_somebody_else_each_time_is_counted_by_address()
    {
        using var owner = server.ClientWith(Tokens.Of("links-owner"));
        var link = await owner.MakeLinkAsync();
        using var nobody = server.ClientWith(null);
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < Many; i++)
        {
            using var answer = await nobody.PostAsync(10, metadata: LinkCalls.Through(link));
            statuses.Add(answer.StatusCode);
        }

        Assert.Contains(HttpStatusCode.Created, statuses);
        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }

    [Fact]
    public async Task Going_on_with_an_upload_and_what_operators_and_probes_ask_is_never_limited()
    {
        using var client = server.ClientWith(Tokens.Of("goes-on", "operator"));
        var upload = await server.CreateUploadAsync(Many, client: client);

        for (var offset = 0; offset < Many; offset++)
        {
            using var patch = await SendAsync(client, "PATCH", $"/uploads/{upload}", offset);
            Assert.Equal(HttpStatusCode.NoContent, patch.StatusCode);
            using var head = await SendAsync(client, "HEAD", $"/uploads/{upload}");
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
            foreach (var path in new[] { "/health/live", "/metrics", "/openapi/v1.json" })
            {
                using var page = await SendAsync(client, "GET", path);
                Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            }
        }
    }

    [Fact]
    public async Task It_can_be_turned_off()
    {
        await using var open = await RunningServer.StartAsync(server.Postgres, settings =>
        {
            Server.Limit(settings);
            settings["RateLimits:Enabled"] = "false";
        });

        for (var i = 0; i < Many; i++)
        {
            using var answer = await SendAsync(open.ClientWith(Tokens.Of("free")), "GET", "/api/v1/files");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path, int offset = 0)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Headers = { { "Tus-Resumable", "1.0.0" } } };
        if (method == "PATCH")
        {
            request.Headers.Add("Upload-Offset", offset.ToString(System.Globalization.CultureInfo.InvariantCulture));
            request.Content = new ByteArrayContent([1]) { Headers = { ContentType = new("application/offset+octet-stream") } };
        }
        else if (method == "POST")
        {
            request.Headers.Add("Upload-Length", "10");
        }

        return await client.SendAsync(request, Ct);
    }

    /// <summary>One request per second, three at once.</summary>
    public sealed class Server(PostgresServer postgres) : RunningServer(postgres)
    {
        protected override IEnumerable<(string Key, string Value)> Settings
        {
            get
            {
                var settings = new Dictionary<string, string>(StringComparer.Ordinal);
                Limit(settings);
                return settings.Select(setting => (setting.Key, setting.Value));
            }
        }

        public static void Limit(IDictionary<string, string> settings)
        {
            Tokens.Take(settings);
            foreach (var kind in new[] { "Read", "Write", "Creation", "Anonymous" })
            {
                settings[$"RateLimits:{kind}{(kind == "Anonymous" ? "" : "s")}PerSecond"] = "1";
                settings[$"RateLimits:{kind}Burst"] = "3";
            }
        }
    }
}
