using System.Net;

using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Auth;

/// <summary>Auth:Mode jwt, with the secret of a Supabase project.</summary>
public sealed class JwtTests(JwtTests.Server server) : IClassFixture<JwtTests.Server>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_brings_a_token_uploads_and_sees_its_own_and_nobody_elses()
    {
        using var ann = server.ClientWith(Tokens.Of("ann"));
        using var bob = server.ClientWith(Tokens.Of("bob"));

        var id = await server.UploadAsync([1, 2, 3], client: ann);

        Assert.Equal("ready", (await ann.WaitForFileAsync(id)).Text("processingStatus"));
        await (await bob.GetAsync($"/api/v1/files/{id}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        Assert.Equal(0, (await bob.GetJsonAsync("/api/v1/files")).GetProperty("items").GetArrayLength());
        using var head = await bob.HeadAsync(new($"/uploads/{id}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
    }

    [Fact]
    public async Task Without_a_token_nothing_is_answered_but_what_is_asked_for()
    {
        using var nobody = server.ClientWith(null);

        using var post = await nobody.PostAsync(10);
        Assert.Equal(HttpStatusCode.Unauthorized, post.StatusCode);
        Assert.Equal("Bearer", post.Headers.WwwAuthenticate.ToString());
        Assert.Equal("sign_in_required", await post.CodeAsync());
        Assert.Equal("1.0.0", post.Headers.GetValues("Tus-Resumable").Single());
        await (await nobody.GetAsync("/api/v1/files", Ct)).IsProblemAsync(HttpStatusCode.Unauthorized, "sign_in_required");
        await (await nobody.GetAsync("/metrics", Ct)).IsProblemAsync(HttpStatusCode.Unauthorized, "sign_in_required");
        Assert.Equal(HttpStatusCode.OK, (await nobody.GetAsync("/health/live", Ct)).StatusCode);
    }

    public static TheoryData<string, string> Strangers => new()
    {
        { "of another issuer", Tokens.Of("ann", issuer: "https://else.test") },
        { "for another audience", Tokens.Of("ann", audience: "anon") },
        { "signed with another secret", Tokens.Of("ann", credentials: new(new SymmetricSecurityKey(new byte[32]), SecurityAlgorithms.HmacSha256)) },
        { "signed with another algorithm's key", Tokens.Of("ann", credentials: Tokens.NewKey("k")) },
        { "not signed at all", new JsonWebTokenHandler().CreateToken($$"""{"sub":"ann","iss":"{{Tokens.Issuer}}","aud":"authenticated","exp":4102444800}""") },
        { "without a user", Tokens.Of("") },
        { "of a user who could be a visitor", Tokens.Of("link:00000000000000000000000000000000:00000000000000000000000000000000") },
        { "of a user whose name is too long", Tokens.Of(new string('a', 201)) },
        { "no token", "nonsense" },
        { "no key", "tk_nonsense" },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public async Task A_token_that_is_none_opens_nothing(string what, string token)
    {
        using var stranger = server.ClientWith(token);

        using var post = await stranger.PostAsync(10);
        Assert.True(HttpStatusCode.Unauthorized == post.StatusCode, what);
        Assert.Equal("invalid_token", await post.CodeAsync());
        Assert.Equal("Bearer error=\"invalid_token\"", post.Headers.WwwAuthenticate.ToString());
    }

    // The last second of the year 9999, the next one, and milliseconds where seconds are meant.
    [Theory]
    [InlineData(253402300799)]
    [InlineData(253402300800)]
    [InlineData(4102444800000)]
    [InlineData(1_000_000_000_000_000_000)]
    public async Task A_token_may_end_as_late_as_its_issuer_writes(long end)
    {
        using var ann = server.ClientWith(new JsonWebTokenHandler().CreateToken(
            $$"""{"sub":"ann-{{end}}","iss":"{{Tokens.Issuer}}","aud":"authenticated","exp":{{end}}}""", Tokens.Credentials));

        var id = await server.UploadAsync([1], client: ann);

        Assert.Equal(id, (await ann.GetJsonAsync($"/api/v1/files/{id}")).GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task A_token_that_has_run_out_makes_no_client_start_again()
    {
        using var ann = server.ClientWith(Tokens.Of("ann"));
        var upload = await ann.CreateAsync(10);
        using var late = server.ClientWith(Tokens.Of("ann", validity: TimeSpan.FromMinutes(-5)));

        using var head = await late.HeadAsync(upload);
        Assert.Equal(HttpStatusCode.Locked, head.StatusCode);
        Assert.NotNull(head.Headers.RetryAfter);
        using var patch = await late.PatchAsync(upload, 0, [1]);
        Assert.Equal(HttpStatusCode.Unauthorized, patch.StatusCode);
        Assert.Equal("token_expired", await patch.CodeAsync());

        using var again = await ann.PatchAsync(upload, 0, [1]);
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Forbidden)]
    [InlineData("somebody", HttpStatusCode.Forbidden)]
    [InlineData("observer", HttpStatusCode.OK)]
    [InlineData("operator", HttpStatusCode.OK)]
    [InlineData("admin", HttpStatusCode.OK)]
    public async Task Roles_come_with_the_token(string? role, HttpStatusCode expected)
    {
        using var caller = server.ClientWith(Tokens.Of("carl", role));

        foreach (var path in new[] { "/metrics", "/hangfire", "/openapi/v1.json", "/docs" })
        {
            using var answer = await caller.GetAsync(path, Ct);
            Assert.True(answer.StatusCode == expected || (expected == HttpStatusCode.OK && answer.StatusCode is HttpStatusCode.Found or HttpStatusCode.MovedPermanently), $"{path}: {answer.StatusCode}");
        }
    }

    [Fact]
    public async Task Users_that_the_configuration_names_are_operators_whatever_their_tokens_say()
    {
        using var caller = server.ClientWith(Tokens.Of("oscar"));

        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("/metrics", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_plan_gives_its_limit_and_another_plan_another()
    {
        var user = $"pia-{Guid.CreateVersion7():N}";
        Assert.Equal(100, await LimitAsync(Tokens.Of(user, plan: "small")));
        Assert.Equal(100, await LimitAsync(Tokens.Of(user)));
        Assert.Equal(1000, await LimitAsync(Tokens.Of(user, plan: "large")));
        Assert.Equal(1000, await LimitAsync(Tokens.Of(user, plan: "unknown")));
        Assert.Equal(50, await LimitAsync(Tokens.Of($"new-{user}")));
        using var caller = server.ClientWith(Tokens.Of(user, plan: "small"));
        using var tooMuch = await caller.PostAsync(101);
        Assert.Equal("quota_exceeded", await tooMuch.CodeAsync());
    }

    private async Task<long> LimitAsync(string token)
    {
        using var caller = server.ClientWith(token);
        return (await caller.GetJsonAsync("/api/v1/usage")).GetProperty("user").GetProperty("limit").GetInt64();
    }

    public sealed class Server(PostgresServer postgres) : RunningServer(postgres)
    {
        protected override IEnumerable<(string Key, string Value)> Settings
        {
            get
            {
                var settings = new Dictionary<string, string>(StringComparer.Ordinal);
                Tokens.Take(settings);
                settings["Auth:Operators:0"] = "oscar";
                settings["Admission:UserStorageLimit"] = "50";
                settings["Admission:Plans:small:StorageLimit"] = "100";
                settings["Admission:Plans:large:StorageLimit"] = "1000";
                return settings.Select(setting => (setting.Key, setting.Value));
            }
        }
    }
}
