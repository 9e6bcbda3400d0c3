using TusUpload.Data.Workspaces;
using TusUpload.Protocol.Stores;

namespace TusUpload.Uploads.Admission;

/// <summary>
/// Where an upload goes: which workspace, whose account, through which link. Whether the caller may is decided by the statement that makes the upload; here is
/// only looked up what never changes, and so is remembered.
/// </summary>
public sealed class UploadPlaces(CallerDirectory callers, WorkspaceDirectory workspaces)
{
    /// <param name="workspaceId">That was asked for; null: the caller's default one, or the link's.</param>
    /// <param name="linkId">That was asked for; null: that which the caller came by, if any.</param>
    public async ValueTask<TusResult<UploadPlace>> FindAsync(Caller caller, Guid? workspaceId, Guid? linkId, CancellationToken cancellationToken)
    {
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
}

/// <param name="UserId">The account: the workspace's owner.</param>
public sealed record UploadPlace(string UserId, Guid WorkspaceId, Guid? LinkId);
