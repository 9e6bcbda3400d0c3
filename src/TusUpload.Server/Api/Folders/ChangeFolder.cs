using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Folders;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Rules;

namespace TusUpload.Server.Api.Folders;

/// <summary>PATCH /folders/{id} and POST /folders/{id}/move: another name, another place within the workspace, or both.</summary>
internal static class ChangeFolder
{
    public static async Task<IResult> HandleAsync(
        Guid id, Body body, IfMatch ifMatch, Caller caller, [AsParameters] Services services, CancellationToken cancellationToken)
    {
        string? name = null;
        if ((body.Name.IsGiven || !body.ParentId.IsGiven) && services.Names.ReadFolderName(body.Name.Value, out name) is { } refusal)
        {
            return refusal;
        }

        var db = services.Db;
        var workspace = await db.FoldersOf(caller, Rights.Write).Where(folder => folder.Id == id).Select(folder => (Guid?)folder.WorkspaceId)
            .SingleOrDefaultAsync(cancellationToken);
        if (workspace is not { } within)
        {
            return await db.RefuseFolderAsync(id, caller, cancellationToken);
        }

        var place = new FolderPlace(id, within, name, body.ParentId.IsGiven, body.ParentId.Value, ifMatch.Version);
        return await AnswerAsync(await services.Changes.PlaceAsync(place, cancellationToken), id, caller, db, cancellationToken);
    }

    public static Task<IResult> MoveAsync(
        Guid id, Target target, IfMatch ifMatch, Caller caller, [AsParameters] Services services, CancellationToken cancellationToken) =>
        HandleAsync(id, new(default, new(target.ParentId)), ifMatch, caller, services, cancellationToken);

    internal static async Task<IResult> AnswerAsync(
        FolderOutcome outcome, Guid id, Caller caller, TusUploadDb db, CancellationToken cancellationToken) =>
        outcome == FolderOutcome.Done
        && await db.FoldersOf(caller).Where(folder => folder.Id == id).Select(FolderView.Of).SingleOrDefaultAsync(cancellationToken) is { } folder
            ? new Tagged<FolderView>(folder, folder.Version)
            : ErrorOf(outcome);

    internal static ApiError ErrorOf(FolderOutcome outcome) => outcome switch
    {
        FolderOutcome.Changed => ApiError.PreconditionFailed,
        FolderOutcome.Circle => ApiError.FolderInItself,
        FolderOutcome.Taken => ApiError.FolderExists,
        FolderOutcome.TooLong => ApiError.PathTooLong,
        _ => ApiError.FolderNotFound,
    };

    /// <param name="Name">1 to 255 characters, without slashes.</param>
    /// <param name="ParentId">A folder of the same workspace; null: the root.</param>
    internal sealed record Body(Given<string> Name, Given<Guid?> ParentId);

    /// <param name="ParentId">A folder of the same workspace; null: the root.</param>
    internal sealed record Target(Guid? ParentId);

    internal sealed record Services(TusUploadDb Db, FolderChanges Changes, NameRules Names);
}
