using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

using TusUpload.Server.Auth;
using TusUpload.Server.Auth.Jwt;

namespace TusUpload.UnitTests.Server.Auth;

public sealed class JwtTokensTests
{
    private const string Issuer = "https://issuer.test";

    private static readonly SigningCredentials Key =
        new(new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = "k" }, SecurityAlgorithms.EcdsaSha256);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>What docs/sign-in.md says of them.</summary>
    [Theory]
    [InlineData(SecurityAlgorithms.HmacSha256, 32)]
    [InlineData(SecurityAlgorithms.HmacSha384, 48)]
    [InlineData(SecurityAlgorithms.HmacSha512, 64)]
    public async Task A_secret_is_as_long_as_its_algorithm_asks_for(string algorithm, int least)
    {
        foreach (var length in new[] { least - 1, least })
        {
            var secret = new string('s', length);
            var options = Options.Create(new AuthOptions { Mode = AuthOptions.Bearer, Jwt = new() { Issuer = Issuer, Secret = secret } });
            using var issuer = new Publisher();
            using var keys = new IssuerKeys(issuer, options, TimeProvider.System, NullLogger<IssuerKeys>.Instance);
            var tokens = new JwtTokens(keys, new(options), options, TimeProvider.System);

            var (caller, _, _) = await tokens.ReadAsync(Signed("ann", algorithm, secret), Ct);

            Assert.Equal(length == least, caller is not null);
        }
    }

    [Fact]
    public async Task What_was_found_of_a_token_is_believed_for_a_minute_and_no_longer()
    {
        var options = Options.Create(new AuthOptions { Mode = AuthOptions.Bearer, Jwt = new() { Issuer = Issuer, JwksUrl = $"{Issuer}/keys" } });
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var issuer = new Publisher();
        using var keys = new IssuerKeys(issuer, options, time, NullLogger<IssuerKeys>.Instance);
        var tokens = new JwtTokens(keys, new(options), options, time);
        var token = Of("ann");

        var first = (await tokens.ReadAsync(token, Ct)).Caller;
        var again = (await tokens.ReadAsync(token, Ct)).Caller;
        Assert.Equal("ann", first?.Subject);
        Assert.Same(first, again);

        issuer.ArePublished = false;
        time.Advance(TimeSpan.FromHours(13));
        var (caller, _, failure) = await tokens.ReadAsync(token, Ct);
        Assert.Null(caller);
        Assert.IsType<SecurityTokenSignatureKeyNotFoundException>(failure);
    }

    // By hand: the library signs with no secret that is too short.
    private static string Signed(string user, string algorithm, string secret)
    {
        var end = TimeProvider.System.GetUtcNow().AddDays(1).ToUnixTimeSeconds();
        var text = Base64UrlEncoder.Encode(JsonSerializer.Serialize(new { alg = algorithm, typ = "JWT" })) + "."
            + Base64UrlEncoder.Encode(JsonSerializer.Serialize(new { iss = Issuer, aud = "authenticated", sub = user, exp = end }));
        var (key, bytes) = (Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(text));
        return text + "." + Base64UrlEncoder.Encode(algorithm switch
        {
            SecurityAlgorithms.HmacSha256 => HMACSHA256.HashData(key, bytes),
            SecurityAlgorithms.HmacSha384 => HMACSHA384.HashData(key, bytes),
            _ => HMACSHA512.HashData(key, bytes),
        });
    }

    private static string Of(string user) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = Issuer,
        Audience = "authenticated",
        Expires = TimeProvider.System.GetUtcNow().AddDays(1).UtcDateTime,
        SigningCredentials = Key,
        Claims = new Dictionary<string, object> { ["sub"] = user },
    });

    /// <summary>An issuer that publishes its key, or none.</summary>
    private sealed class Publisher : HttpMessageHandler, IHttpClientFactory
    {
        public bool ArePublished { get; set; } = true;

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var key = JsonWebKeyConverter.ConvertFromECDsaSecurityKey((ECDsaSecurityKey)Key.Key);
            var published = new { kty = key.Kty, use = "sig", alg = "ES256", kid = key.Kid, crv = key.Crv, x = key.X, y = key.Y };
            var set = JsonSerializer.Serialize(new { keys = ArePublished ? new[] { published } : [] });
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(set) });
        }
    }
}
