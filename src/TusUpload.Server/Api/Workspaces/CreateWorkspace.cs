using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Workspaces;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Workspaces;

/// <summary>POST /workspaces</summary>
internal static class CreateWorkspace
{
    private const int LongestName = 100;

    public static async Task<IResult> HandleAsync(
        Body body, Caller caller, CallerDirectory callers, TusUploadDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!IsName(body.Name))
        {
            return ApiError.InvalidName;
        }

        await callers.DefaultWorkspaceAsync(caller, cancellationToken);
        var made = new Workspace { Id = Guid.CreateVersion7(), UserId = caller.Subject, Name = body.Name!, CreatedAt = time.GetUtcNow() };
        db.Workspaces.Add(made);
        await db.SaveChangesAsync(cancellationToken);
        var view = await db.Workspaces.Where(space => space.Id == made.Id).Select(WorkspaceView.For(db, caller.Subject)).SingleAsync(cancellationToken);
        return new Tagged<WorkspaceView>(view, made.Version, $"/api/v1/workspaces/{made.Id}");
    }

    internal static bool IsName(string? name) => name is { Length: >= 1 and <= LongestName } && !string.IsNullOrWhiteSpace(name) && !name.Any(char.IsControl);

    /// <param name="Name">1 to 100 characters.</param>
    internal sealed record Body(string? Name);
}
