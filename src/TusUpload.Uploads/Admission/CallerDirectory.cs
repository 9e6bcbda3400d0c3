using System.Collections.Concurrent;

using Microsoft.Extensions.Options;

using TusUpload.Data.Users;

namespace TusUpload.Uploads.Admission;

/// <summary>Users and their default workspaces; each is looked up in the database once per process.</summary>
public sealed class CallerDirectory(UserDirectory users, IOptions<AdmissionOptions> options, TimeProvider time)
{
    // Emptied rather than trimmed: what falls out is one statement away.
    private const int Most = 100_000;
    private readonly ConcurrentDictionary<string, Guid> _defaultWorkspaces = new(StringComparer.Ordinal);

    /// <summary>Where this user's uploads go that name no workspace. Makes the user where it is new.</summary>
    public async ValueTask<Guid> DefaultWorkspaceAsync(string userId, CancellationToken cancellationToken)
    {
        if (_defaultWorkspaces.TryGetValue(userId, out var workspace))
        {
            return workspace;
        }

        workspace = await users.EnsureAsync(userId, options.Value.UserStorageLimit, time.GetUtcNow(), cancellationToken);
        if (_defaultWorkspaces.Count >= Most)
        {
            _defaultWorkspaces.Clear();
        }

        _defaultWorkspaces[userId] = workspace;
        return workspace;
    }

    /// <summary>Forgets a user whose row turned out to be gone.</summary>
    public void Forget(string userId) => _defaultWorkspaces.TryRemove(userId, out _);
}
