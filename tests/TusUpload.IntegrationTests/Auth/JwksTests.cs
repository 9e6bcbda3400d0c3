using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Auth;

/// <summary>Issuers that publish their keys, and change them.</summary>
public sealed class JwksTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_key_is_fetched_when_the_first_token_names_it(bool discovers)
    {
        await using var issuer = await Issuer.StartAsync();
        var (old, next) = (Tokens.NewKey("old"), Tokens.NewKey("next"));
        issuer.Keys = [old];
        await using var server = await StartAsync(issuer, discovers);
        await UploadsAsync(server, Tokens.Of("ann", credentials: old, issuer: issuer.Address));

        issuer.Keys = [next];
        await UploadsAsync(server, Tokens.Of("ann", credentials: next, issuer: issuer.Address));

        using var stranger = server.ClientWith(Tokens.Of("ann", credentials: Tokens.NewKey("old"), issuer: issuer.Address));
        using var refused = await stranger.PostAsync(10);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task Keys_that_cannot_be_had_say_nothing_of_the_token()
    {
        await using var issuer = await Issuer.StartAsync();
        var key = Tokens.NewKey("k");
        await using var server = await StartAsync(issuer, discovers: false);
        using var ann = server.ClientWith(Tokens.Of("ann", credentials: key, issuer: issuer.Address));

        using var post = await ann.PostAsync(10);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, post.StatusCode);
        using var head = await ann.HeadAsync(new($"/uploads/{Guid.CreateVersion7()}", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Locked, head.StatusCode);

        issuer.Keys = [key];
        await Eventually.FindAsync(async () => (await ann.PostAsync(10)).StatusCode == HttpStatusCode.Created ? "created" : null, "the keys");
    }

    [Fact]
    public async Task An_issuer_that_is_away_is_not_asked_again_by_everybody_who_waited_for_it()
    {
        await using var issuer = await Issuer.StartAsync();
        await using var server = await StartAsync(issuer, discovers: false);
        using var ann = server.ClientWith(Tokens.Of("ann", credentials: Tokens.NewKey("k"), issuer: issuer.Address));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ => (await ann.PostAsync(10)).StatusCode));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer));
        Assert.InRange(issuer.Asked, 1, 19);
    }

    [Fact]
    public async Task A_secret_and_keys_may_stand_side_by_side_while_one_replaces_the_other()
    {
        await using var issuer = await Issuer.StartAsync();
        var key = Tokens.NewKey("k");
        issuer.Keys = [key];
        await using var server = await StartAsync(issuer, discovers: false, settings => settings["Auth:Jwt:Secret"] = Tokens.Secret);

        await UploadsAsync(server, Tokens.Of("ann", credentials: key, issuer: issuer.Address));
        await UploadsAsync(server, Tokens.Of("ann", issuer: issuer.Address));
    }

    [Fact]
    public async Task An_issuer_that_calls_itself_by_another_name_is_not_believed()
    {
        await using var issuer = await Issuer.StartAsync();
        var key = Tokens.NewKey("k");
        (issuer.Keys, issuer.Name) = ([key], "https://other.example.test");
        await using var server = await RunningServer.StartAsync(postgres, settings =>
        {
            settings["Auth:Mode"] = "jwt";
            settings["Auth:Jwt:Authority"] = issuer.Address;
        });
        using var ann = server.ClientWith(Tokens.Of("ann", credentials: key, issuer: issuer.Name));

        using var refused = await ann.PostAsync(10);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);

        issuer.Name = $"{issuer.Address}/";
        await TusRequests.EventuallyAsync(async () =>
        {
            using var known = server.ClientWith(Tokens.Of("ann", credentials: key, issuer: issuer.Name));
            using var post = await known.PostAsync(10);
            return post.StatusCode == HttpStatusCode.Created;
        });
    }

    private Task<RunningServer> StartAsync(Issuer issuer, bool discovers, Action<IDictionary<string, string>>? more = null) =>
        RunningServer.StartAsync(postgres, settings =>
        {
            settings["Auth:Mode"] = "jwt";
            settings["Auth:Jwt:Issuer"] = issuer.Address;
            settings[discovers ? "Auth:Jwt:Authority" : "Auth:Jwt:JwksUrl"] = discovers ? issuer.Address : $"{issuer.Address}/.well-known/jwks.json";
            more?.Invoke(settings);
        });

    private static async Task UploadsAsync(RunningServer server, string token)
    {
        using var client = server.ClientWith(token);
        using var post = await client.PostAsync(10);
        Assert.True(post.StatusCode == HttpStatusCode.Created, await post.Content.ReadAsStringAsync(Ct));
    }

    private sealed class Issuer(WebApplication app) : IAsyncDisposable
    {
        private int _asked;

        /// <summary>Null: it does not answer.</summary>
        public SigningCredentials[]? Keys { get; set; }

        /// <summary>What it calls itself; null: its address.</summary>
        public string? Name { get; set; }

        public string Address { get; private set; } = "";

        /// <summary>How often its keys were asked for.</summary>
        public int Asked => _asked;

        public static async Task<Issuer> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var issuer = new Issuer(builder.Build());
            issuer.Map();
            await issuer.StartHereAsync();
            return issuer;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private async Task StartHereAsync()
        {
            await app.StartAsync(Ct);
            Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        }

        private void Map()
        {
            app.MapGet("/.well-known/openid-configuration", () => Results.Json(new { issuer = Name ?? Address, jwks_uri = $"{Address}/.well-known/jwks.json" }));
            app.MapGet("/.well-known/jwks.json", () =>
            {
                Interlocked.Increment(ref _asked);
                return Keys is null
                    ? Results.StatusCode(500)
                    : Results.Json(new
                    {
                        keys = Keys.Select(Tokens.PublicOf)
                            .Select(key => new { kty = key.Kty, use = "sig", alg = "ES256", kid = key.Kid, crv = key.Crv, x = key.X, y = key.Y }),
                    });
            });
        }
    }
}
