using System.Collections.Concurrent;

using TusUpload.Data.Links;

namespace TusUpload.Server.Auth.Links;

/// <summary>
/// Links as those who come by them need them. What the database said of one is believed for <see cref="Patience"/>: so long a link that was revoked or got a
/// password at another node may still let somebody in here. What a link takes is never decided by this, but by the statement that makes the upload.
/// </summary>
internal sealed class LinkVisitors(LinkDirectory links, TimeProvider time)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Emptied rather than trimmed: what falls out is one statement away.
    private const int Most = 10_000;
    private readonly ConcurrentDictionary<Guid, Known> _known = new();

    /// <summary>Null: there is no such link.</summary>
    public async ValueTask<SharedLink?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_known.TryGetValue(id, out var known) && known.Until > now)
        {
            return known.Link;
        }

        if (await links.FindAsync(id, cancellationToken) is not { } found)
        {
            return null;
        }

        if (_known.Count >= Most)
        {
            _known.Clear();
        }

        _known[id] = new(found, now + Patience);
        return found;
    }

    /// <summary>One that was changed here.</summary>
    public void Forget(Guid id) => _known.TryRemove(id, out _);

    private sealed record Known(SharedLink Link, DateTimeOffset Until);
}
