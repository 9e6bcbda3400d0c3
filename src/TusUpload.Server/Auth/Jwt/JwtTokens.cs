using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Auth.Jwt;

/// <summary>
/// Whether a token is genuine (RFC 7519 §7.2): signed with a key of the issuer, by an algorithm of that key, for this audience, and in its time. What was found
/// of a genuine one is believed for <see cref="Patience"/>, never beyond its end: an upload of many requests brings the same token with each.
/// </summary>
internal sealed class JwtTokens(IssuerKeys keys, JwtCallers callers, IOptions<AuthOptions> options, TimeProvider time)
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // Emptied rather than trimmed: what falls out is one look away.
    private const int Most = 10_000;

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

    private readonly ConcurrentDictionary<Digest, Known> _known = new();

    /// <summary>The caller; or why it is none: a <see cref="SecurityTokenException"/> or <see cref="AuthenticationFailure"/>, or what kept the keys away.</summary>
    public async ValueTask<(Caller? Caller, DateTimeOffset Ends, Exception? Failure)> ReadAsync(string token, CancellationToken cancellationToken)
    {
        var digest = Digest.Of(token);
        if (_known.TryGetValue(digest, out var known) && time.GetUtcNow() < known.Until)
        {
            return (known.Caller, known.Ends, null);
        }

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
        return callers.Read(genuine) is { } caller
            ? (caller, Remember(digest, caller, new(genuine.ValidTo, TimeSpan.Zero)), null)
            : (null, default, new AuthenticationFailure());
    }

    private DateTimeOffset Remember(Digest digest, Caller caller, DateTimeOffset ends)
    {
        if (_known.Count >= Most)
        {
            _known.Clear();
        }

        // Not the end and the skew together: an issuer may write the last moment there is.
        var patience = time.GetUtcNow() + Patience;
        _known[digest] = new(caller, ends, ends < patience - _options.ClockSkew ? ends + _options.ClockSkew : patience);
        return ends;
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

    private sealed record Known(Caller Caller, DateTimeOffset Ends, DateTimeOffset Until);

    /// <summary>SHA-256 of a token: what is remembered signs nobody in.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Digest(UInt128 First, UInt128 Second)
    {
        public static Digest Of(string token)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(MemoryMarshal.AsBytes(token.AsSpan()), hash);
            return new(BinaryPrimitives.ReadUInt128LittleEndian(hash), BinaryPrimitives.ReadUInt128LittleEndian(hash[16..]));
        }
    }
}
