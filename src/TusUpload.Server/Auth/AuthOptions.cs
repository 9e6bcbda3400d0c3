using System.Text;

using Microsoft.Extensions.Options;

using TusUpload.Server.Auth.Jwt;
using TusUpload.Server.Auth.Links;

namespace TusUpload.Server.Auth;

/// <summary>Who may call. Section <c>Auth</c>.</summary>
internal sealed class AuthOptions
{
    public const string Section = "Auth";
    public const string Development = "development";
    public const string Bearer = "jwt";

    /// <summary>
    /// <c>development</c>: requests from this machine are those of the user <c>local</c>, all others are refused. <c>jwt</c>: whoever brings a token of
    /// <see cref="Jwt"/>, an API key or a link. Default <c>development</c>.
    /// </summary>
    public string Mode { get; init; } = Development;

    /// <summary>Whose tokens are taken. Only asked for where <see cref="Mode"/> is <c>jwt</c>.</summary>
    public JwtOptions Jwt { get; init; } = new();

    /// <summary>Visitors of share links.</summary>
    public VisitorOptions Links { get; init; } = new();

    /// <summary>Users, by their tokens' <c>sub</c>, who administer, operate or observe the server whatever their tokens say. Default nobody.</summary>
    public List<string> Admins { get; init; } = [];

    /// <inheritdoc cref="Admins"/>
    public List<string> Operators { get; init; } = [];

    /// <inheritdoc cref="Admins"/>
    public List<string> Observers { get; init; } = [];
}

internal sealed class AuthOptionsRules : IValidateOptions<AuthOptions>
{
    private const int LeastSecret = 32;

    public ValidateOptionsResult Validate(string? name, AuthOptions options)
    {
        List<string> failures = options.Mode switch
        {
            AuthOptions.Development => [],
            AuthOptions.Bearer => [.. Check(options.Jwt)],
            _ => ["Auth:Mode must be development or jwt."],
        };
        if (options.Links.TokenLifetime < VisitorOptions.Shortest || options.Links.TokenLifetime > VisitorOptions.Longest)
        {
            failures.Add("Auth:Links:TokenLifetime must be between a minute and 30 days.");
        }

        return failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
    }

    private static IEnumerable<string> Check(JwtOptions jwt)
    {
        if (jwt.Secret is null && jwt.JwksUrl is null && jwt.Authority is null)
        {
            yield return "Auth:Mode jwt needs Auth:Jwt:Secret, Auth:Jwt:JwksUrl or Auth:Jwt:Authority: with what tokens are signed.";
        }

        if (jwt.Secret is { } secret && Encoding.UTF8.GetByteCount(secret) < LeastSecret)
        {
            yield return $"Auth:Jwt:Secret must have {LeastSecret} bytes or more.";
        }

        if (jwt is { JwksUrl: not null, Authority: not null })
        {
            yield return "Auth:Jwt:JwksUrl and Auth:Jwt:Authority both say where the keys are; one of them must go.";
        }

        if (jwt is { Issuer: null, Authority: null })
        {
            yield return "Auth:Jwt:Issuer must say whose tokens are taken (their iss).";
        }

        if (string.IsNullOrEmpty(jwt.Audience))
        {
            yield return "Auth:Jwt:Audience must say for whom tokens are made (their aud).";
        }

        foreach (var (key, url) in new[] { ("JwksUrl", jwt.JwksUrl), ("Authority", jwt.Authority) })
        {
            if (url is not null && !IsSafe(url))
            {
                yield return $"Auth:Jwt:{key} must be an https address, or http on this machine.";
            }
        }

        if (jwt.ClockSkew < TimeSpan.Zero || jwt.ClockSkew > TimeSpan.FromMinutes(10))
        {
            yield return "Auth:Jwt:ClockSkew must be between 0 and 10 minutes.";
        }
    }

    // Whoever can change the keys on their way can sign in as anybody.
    private static bool IsSafe(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address)
        && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && (address.IsLoopback || address.Host.IndexOf('.') < 0)));
}
