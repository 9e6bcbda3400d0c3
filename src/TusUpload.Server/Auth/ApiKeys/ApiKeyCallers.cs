using System.Buffers.Binary;
using System.Collections.Concurrent;

using TusUpload.Data.ApiKeys;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Auth.ApiKeys;

/// <summary>
/// Callers of API keys. What the database said of a key is believed for <see cref="Patience"/>: so long a key that was revoked at another node may still sign
/// in here. So long, too, whoever brings one that is none is told so without asking again.
/// </summary>
internal sealed class ApiKeyCallers(ApiKeyDirectory keys, TimeProvider time)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const int Most = 10_000;
    private readonly ConcurrentDictionary<Guid, Known> _known = new();
    private readonly ConcurrentDictionary<(Guid Id, UInt128 Secret), DateTimeOffset> _unknown = new();

    /// <summary>Null: no such key, or one that counts no more.</summary>
    public async ValueTask<Caller?> FindAsync(ApiKeyToken token, CancellationToken cancellationToken)
    {
        var (hash, now) = (token.SecretHash, time.GetUtcNow());
        if (_known.TryGetValue(token.Id, out var known) && known.Until > now && known.SecretHash.AsSpan().SequenceEqual(hash))
        {
            return known.Caller;
        }

        // With its secret: whoever guesses at one shuts nobody out.
        var brought = (token.Id, BinaryPrimitives.ReadUInt128LittleEndian(hash));
        if (_unknown.TryGetValue(brought, out var until) && until > now)
        {
            return null;
        }

        if (await keys.FindAsync(token.Id, hash, now, cancellationToken) is not { } found)
        {
            if (_unknown.Count >= Most)
            {
                _unknown.Clear();
            }

            _unknown[brought] = now + Patience;
            return null;
        }

        var caller = new Caller(found.UserId, Scopes.Read(found.Scopes)) { KeyId = token.Id };
        if (_known.Count >= Most)
        {
            _known.Clear();
        }

        _known[token.Id] = new(caller, hash, found.ExpiresAt is { } end && end < now + Patience ? end : now + Patience);
        return caller;
    }

    /// <summary>One that was revoked here.</summary>
    public void Forget(Guid id) => _known.TryRemove(id, out _);

    private sealed record Known(Caller Caller, byte[] SecretHash, DateTimeOffset Until);
}
