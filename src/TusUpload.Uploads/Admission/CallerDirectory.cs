using System.Collections.Concurrent;

using Microsoft.Extensions.Options;

using TusUpload.Data.Users;

namespace TusUpload.Uploads.Admission;

/// <summary>
/// Users and their default workspaces; each is looked up in the database once per process, and again when its sign-in names another plan.
/// </summary>
public sealed class CallerDirectory(UserDirectory users, IOptions<AdmissionOptions> options, TimeProvider time)
{
    // Emptied rather than trimmed: what falls out is one statement away.
    private const int Most = 100_000;
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>Where this user's uploads go that name no workspace. Makes the user where it is new, with the limit of its plan.</summary>
    public async ValueTask<Guid> DefaultWorkspaceAsync(Caller user, CancellationToken cancellationToken)
    {
        // A plan that nobody has configured is none.
        var plan = user.Plan is { } named && options.Value.Plans.ContainsKey(named) ? named : null;
        if (_known.TryGetValue(user.Subject, out var known) && (plan is null || plan == known.Plan))
        {
            return known.Workspace;
        }

        var workspace = await users.EnsureAsync(user.Subject, plan, options.Value.LimitOf(plan), time.GetUtcNow(), cancellationToken);
        if (_known.Count >= Most)
        {
            _known.Clear();
        }

        _known[user.Subject] = new(workspace, plan);
        return workspace;
    }

    /// <summary>Forgets a user whose row turned out to be gone.</summary>
    public void Forget(string userId) => _known.TryRemove(userId, out _);

    private sealed record Known(Guid Workspace, string? Plan);
}
