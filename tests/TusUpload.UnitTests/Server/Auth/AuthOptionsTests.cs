using TusUpload.Server.Auth;
using TusUpload.Server.Auth.Jwt;

namespace TusUpload.UnitTests.Server.Auth;

public sealed class AuthOptionsTests
{
    private const string Secret = "a secret of thirty-two bytes or more";

    [Fact]
    public void Development_is_the_default()
    {
        Assert.Equal(AuthOptions.Development, new AuthOptions().Mode);
        Assert.True(new AuthOptionsRules().Validate(null, new()).Succeeded);
        Assert.Contains("must be development or jwt", Failure(new() { Mode = "none" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Secret, null, null, "https://issuer")]
    [InlineData(null, "https://issuer/keys", null, "https://issuer")]
    [InlineData(Secret, "https://issuer/keys", null, "https://issuer")]
    [InlineData(null, null, "https://issuer", null)]
    [InlineData(null, "http://127.0.0.1:9999/keys", null, "https://issuer")]
    [InlineData(null, "http://kong:8000/auth/v1/.well-known/jwks.json", null, "https://issuer")]
    public void Tokens_are_taken_where_their_keys_and_their_issuer_are_known(string? secret, string? jwks, string? authority, string? issuer) =>
        Assert.True(new AuthOptionsRules().Validate(null, Jwt(secret, jwks, authority, issuer)).Succeeded);

    [Theory]
    [InlineData(null, null, null, "https://issuer", "needs Auth:Jwt:Secret, Auth:Jwt:JwksUrl or Auth:Jwt:Authority")]
    [InlineData("short", null, null, "https://issuer", "32 bytes or more")]
    [InlineData(Secret, null, null, null, "Auth:Jwt:Issuer")]
    [InlineData(null, "https://issuer/keys", "https://issuer", null, "one of them must go")]
    [InlineData(null, "http://issuer.example.com/keys", null, "https://issuer", "must be an https address")]
    [InlineData(null, null, "nonsense", null, "must be an https address")]
    public void A_sign_in_that_anybody_could_pass_is_refused_at_the_start(string? secret, string? jwks, string? authority, string? issuer, string expected) =>
        Assert.Contains(expected, Failure(Jwt(secret, jwks, authority, issuer)), StringComparison.Ordinal);

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(30 * 24 * 60, true)]
    [InlineData((30 * 24 * 60) + 1, false)]
    public void A_link_token_lives_for_a_minute_to_thirty_days(int minutes, bool isFine) => Assert.Equal(
        isFine, new AuthOptionsRules().Validate(null, new() { Links = new() { TokenLifetime = TimeSpan.FromMinutes(minutes) } }).Succeeded);

    private static AuthOptions Jwt(string? secret, string? jwks, string? authority, string? issuer) => new()
    {
        Mode = AuthOptions.Bearer,
        Jwt = new JwtOptions { Secret = secret, JwksUrl = jwks, Authority = authority, Issuer = issuer },
    };

    private static string Failure(AuthOptions options) => new AuthOptionsRules().Validate(null, options).FailureMessage!;
}
