using Microsoft.Extensions.Options;

using TusUpload.Data.Links;
using TusUpload.Data.Secrets;

namespace TusUpload.Server.Auth.Links;

/// <summary>Link tokens: signed with a key that all nodes share; what they say is checked against the link whenever one is brought.</summary>
internal sealed class LinkTokens(ServerSecrets secrets, IOptions<AuthOptions> options, TimeProvider time) : IHostedService
{
    private const string KeyName = "link-tokens";
    private readonly TimeSpan _lifetime = options.Value.Links.TokenLifetime;
    private byte[] _key = [];

    public async Task StartAsync(CancellationToken cancellationToken) =>
        _key = await secrets.EnsureAsync(KeyName, time.GetUtcNow(), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>For a visitor who has said what there is to say.</summary>
    public (string Token, DateTimeOffset ExpiresAt) Issue(SharedLink link, Guid visitor)
    {
        var token = new LinkToken(link.Id, visitor, time.GetUtcNow() + _lifetime, LinkToken.MarkOf(link.PasswordHash));
        return (token.Sign(_key), DateTimeOffset.FromUnixTimeSeconds(token.ExpiresAt.ToUnixTimeSeconds()));
    }

    /// <summary>Null for a token that this server did not sign.</summary>
    public LinkToken? Read(string text) => LinkToken.Read(text, _key);

    /// <summary>Whether a token lets its bearer in: it is in its time, and the link asks for no other password by now.</summary>
    public bool IsGood(LinkToken token, SharedLink link) =>
        token.ExpiresAt > time.GetUtcNow() && (link.PasswordHash is null || token.PasswordMark == LinkToken.MarkOf(link.PasswordHash));

    /// <summary>Whether a token still says who its bearer is, though perhaps it lets nobody in any more.</summary>
    public bool IsRemembered(LinkToken token) => token.ExpiresAt + _lifetime > time.GetUtcNow();
}
