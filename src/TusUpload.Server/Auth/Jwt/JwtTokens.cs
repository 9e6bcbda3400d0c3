using System.Text;

using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Auth.Jwt;

/// <summary>Whether a token is genuine (RFC 7519 §7.2): signed with a key of the issuer, by an algorithm of that key, for this audience, and in its time.</summary>
internal sealed class JwtTokens(IssuerKeys keys, JwtCallers callers, IOptions<AuthOptions> options)
{
    // By what kind of key; a token that says none, or a key of the other kind, is no token.
    private static readonly string[] OfSecret = [SecurityAlgorithms.HmacSha256, SecurityAlgorithms.HmacSha384, SecurityAlgorithms.HmacSha512];
    private static readonly string[] OfKeys =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly JwtOptions _options = options.Value.Jwt;
    private readonly SecurityKey? _secret =
        options.Value.Jwt.Secret is { } secret ? new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret)) : null;

    /// <summary>The caller; or why it is none: a <see cref="SecurityTokenException"/> or <see cref="AuthenticationFailure"/>, or what kept the keys away.</summary>
    public async ValueTask<(Caller? Caller, DateTimeOffset Ends, Exception? Failure)> ReadAsync(string token, CancellationToken cancellationToken)
    {
        TokenValidationResult checkedToken;
        try
        {
            checkedToken = await CheckAsync(token, cancellationToken);
        }
        catch (HttpRequestException away)
        {
            return (null, default, away);
        }

        if (!checkedToken.IsValid)
        {
            return (null, default, checkedToken.Exception);
        }

        var genuine = (JsonWebToken)checkedToken.SecurityToken;
        return callers.Read(genuine) is { } caller ? (caller, new DateTimeOffset(genuine.ValidTo, TimeSpan.Zero), null) : (null, default, new AuthenticationFailure());
    }

    private async Task<TokenValidationResult> CheckAsync(string token, CancellationToken cancellationToken)
    {
        if (!keys.ArePublished)
        {
            return await _handler.ValidateTokenAsync(token, Parameters(null));
        }

        var published = await keys.GetAsync(cancellationToken);
        var result = await _handler.ValidateTokenAsync(token, Parameters(published));
        if (result.Exception is not SecurityTokenSignatureKeyNotFoundException)
        {
            return result;
        }

        var renewed = await keys.RenewAsync(published, cancellationToken);
        return renewed == published ? result : await _handler.ValidateTokenAsync(token, Parameters(renewed));
    }

    private TokenValidationParameters Parameters(IssuerKeys.Published? published) => new()
    {
        ValidIssuer = _options.Issuer ?? published?.Issuer,
        ValidAudience = _options.Audience,
        ClockSkew = _options.ClockSkew,
        ValidAlgorithms = [.. _secret is null ? [] : OfSecret, .. published is null ? [] : OfKeys],
        IssuerSigningKey = _secret,
        IssuerSigningKeys = published?.Keys,
        RequireExpirationTime = true,
        RequireSignedTokens = true,
    };
}
