using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace TusUpload.Server.Auth.Jwt;

/// <summary>
/// The keys that an issuer publishes. Fetched when the first token needs them, twice a day, and when a token names a key that is not known; whoever needs them
/// waits, since a refusal would be taken for the last word.
/// </summary>
internal sealed partial class IssuerKeys(
    IHttpClientFactory clients, IOptions<AuthOptions> options, TimeProvider time, ILogger<IssuerKeys> logger) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromHours(12);

    // Whoever makes up keys must not make the server ask for each of them.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(10);

    // An issuer that does not answer costs each try its time limit; whoever waited for the try before would only wait again.
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly JwtOptions _options = options.Value.Jwt;
    private Published? _known;
    private (DateTimeOffset At, HttpRequestException Reason)? _failed;

    public bool ArePublished => _options.Authority is not null || _options.JwksUrl is not null;

    public void Dispose() => _turn.Dispose();

    /// <summary>Those that were fetched last. Throws <see cref="HttpRequestException"/> where there were none yet and none can be had.</summary>
    public async ValueTask<Published> GetAsync(CancellationToken cancellationToken)
    {
        var known = Volatile.Read(ref _known);
        if (known is not null && time.GetUtcNow() - known.FetchedAt < Patience)
        {
            return known;
        }

        try
        {
            return await FetchAsync(known, cancellationToken);
        }
        catch (HttpRequestException) when (known is not null)
        {
            // Old keys are better than none: what was signed with them is as genuine as before.
            return known;
        }
    }

    /// <summary>Those of this moment, after a token named a key that <paramref name="known"/> have not; the same where they are too young to ask again.</summary>
    public async ValueTask<Published> RenewAsync(Published known, CancellationToken cancellationToken) =>
        time.GetUtcNow() - known.FetchedAt < ShortestPause && known.Renewals > 0 ? known : await FetchAsync(known, cancellationToken);

    private async ValueTask<Published> FetchAsync(Published? known, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_known is { } fresh && fresh != known)
            {
                // Somebody else has fetched them meanwhile.
                return fresh;
            }

            if (_failed is { } last && time.GetUtcNow() - last.At < PauseAfterFailure)
            {
                throw new HttpRequestException(last.Reason.Message, last.Reason);
            }

            return _known = await TryAsync(known, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<Published> TryAsync(Published? known, CancellationToken cancellationToken)
    {
        try
        {
            var (issuer, keys) = await AskAsync(cancellationToken);
            _failed = null;
            return new(issuer, keys, time.GetUtcNow(), (known?.Renewals ?? -1) + 1);
        }
        catch (Exception away) when (!cancellationToken.IsCancellationRequested)
        {
            LogAway(away.Message);
            var reason = away as HttpRequestException ?? new HttpRequestException("The issuer's keys could not be had.", away);
            _failed = (time.GetUtcNow(), reason);
            throw reason;
        }
    }

    private async Task<(string Issuer, IList<SecurityKey> Keys)> AskAsync(CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient(nameof(IssuerKeys));
        var (issuer, address) = (_options.Issuer, _options.JwksUrl);
        if (address is null)
        {
            var discovered = OpenIdConnectConfiguration.Create(
                await client.GetStringAsync($"{_options.Authority!.TrimEnd('/')}/.well-known/openid-configuration", cancellationToken));
            if (Trouble(discovered) is { } trouble)
            {
                throw new HttpRequestException(trouble);
            }

            (issuer, address) = (issuer ?? discovered.Issuer, discovered.JwksUri);
        }

        return (issuer!, new JsonWebKeySet(await client.GetStringAsync(address, cancellationToken)).GetSigningKeys());
    }

    /// <summary>OpenID Connect Discovery 1.0, 4.3: whoever answers at the address has to be who was asked for, and its keys may not come unprotected.</summary>
    private string? Trouble(OpenIdConnectConfiguration discovered)
    {
        var authority = _options.Authority!;
        return discovered.Issuer != _options.Issuer && discovered.Issuer?.TrimEnd('/') != authority.TrimEnd('/')
                ? "The issuer at Auth:Jwt:Authority calls itself by another name."
            : Uri.TryCreate(discovered.JwksUri, UriKind.Absolute, out var keys)
                && (keys.Scheme == Uri.UriSchemeHttps || !authority.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
                ? null
                : "The issuer at Auth:Jwt:Authority has its keys at no https address.";
    }

    [LoggerMessage(EventId = 5600, Level = LogLevel.Warning, Message = "The keys of Auth:Jwt could not be fetched: {Reason}")]
    private partial void LogAway(string reason);

    /// <param name="Renewals">How often they were fetched since the first time.</param>
    internal sealed record Published(string Issuer, IList<SecurityKey> Keys, DateTimeOffset FetchedAt, int Renewals);
}
