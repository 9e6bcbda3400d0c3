using System.Collections.Concurrent;

using TusUpload.Data.Links;
using TusUpload.Data.Workspaces;
using TusUpload.Protocol.Stores;

namespace TusUpload.Uploads.Admission;

/// <summary>
/// Where an upload goes: which workspace, whose account, through which link. Whether the caller may is decided by the statement that makes the upload; here is
/// only looked up what never changes, and so is remembered.
/// </summary>
public sealed class UploadPlaces(CallerDirectory callers, WorkspaceDirectory workspaces, LinkDirectory links, TimeProvider time)
{
    /// <summary>The key of Upload-Metadata that names a link.</summary>
    public const string LinkKey = "linkId";

    private const int LongestSlug = 100;

    // A slug stays with its link; when that has gone with its workspace, another may get it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Emptied rather than trimmed: what falls out is one statement away.
    private const int Most = 100_000;
    private readonly ConcurrentDictionary<string, (Guid Id, DateTimeOffset Until)> _slugs = new(StringComparer.Ordinal);

    /// <summary>Whether this could be a link's id or its slug.</summary>
    public static bool IsLink(string text) => Guid.TryParse(text, out _) || IsSlug(text);

    /// <summary>Lower letters, digits and hyphens, and nothing that could be an id.</summary>
    public static bool IsSlug(string text) =>
        text.Length is > 0 and <= LongestSlug && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-')
        && !Guid.TryParse(text, out _);

    /// <param name="workspaceId">That was asked for; null: the caller's default one, or the link's.</param>
    /// <param name="link">That was asked for, by its id or slug; null: that which the caller came by, if any.</param>
    public async ValueTask<TusResult<UploadPlace>> FindAsync(Caller caller, Guid? workspaceId, string? link, CancellationToken cancellationToken)
    {
        var linkId = link is null ? null : await FindLinkAsync(link, cancellationToken);
        if (link is not null && linkId is null)
        {
            return AdmissionErrors.LinkNotFound;
        }

        var own = caller.IsUser ? await callers.DefaultWorkspaceAsync(caller, cancellationToken) : default(Guid?);
        if ((caller.LinkId ?? linkId) is { } through)
        {
            // A visitor is in nobody's workspace but through its link.
            var behind = linkId is { } named && named != through ? null : await workspaces.FindByLinkAsync(through, cancellationToken);
            return behind is null ? AdmissionErrors.LinkNotFound
                : workspaceId is { } other && other != behind.Id ? AdmissionErrors.WorkspaceNotFound
                : new UploadPlace(behind.UserId, behind.Id, through);
        }

        if (workspaceId is not { } asked || asked == own)
        {
            return new UploadPlace(caller.Subject, own!.Value, null);
        }

        return await workspaces.FindAsync(asked, cancellationToken) is { } workspace
            ? new UploadPlace(workspace.UserId, workspace.Id, null)
            : AdmissionErrors.WorkspaceNotFound;
    }

    /// <summary>Whether the caller may upload to a place that was found for it; a link is open to whoever knows it.</summary>
    public async ValueTask<bool> IsOpenAsync(Caller caller, UploadPlace place, CancellationToken cancellationToken) =>
        place.LinkId is not null || place.UserId == caller.Subject
        || await workspaces.HasMemberAsync(place.WorkspaceId, caller.Subject, MemberRights.RolesWith(Rights.Upload), cancellationToken);

    /// <summary>The id of a link that is named by its id or its slug; null: there is none of this slug.</summary>
    public async ValueTask<Guid?> FindLinkAsync(string link, CancellationToken cancellationToken)
    {
        if (Guid.TryParse(link, out var id))
        {
            return id;
        }

        var now = time.GetUtcNow();
        if (_slugs.TryGetValue(link, out var known) && known.Until > now)
        {
            return known.Id;
        }

        if (!IsSlug(link) || await links.IdOfAsync(link, cancellationToken) is not { } found)
        {
            return null;
        }

        if (_slugs.Count >= Most)
        {
            _slugs.Clear();
        }

        _slugs[link] = (found, now + Patience);
        return found;
    }
}

/// <param name="UserId">The account: the workspace's owner.</param>
public sealed record UploadPlace(string UserId, Guid WorkspaceId, Guid? LinkId);
