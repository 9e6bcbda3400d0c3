using TusUpload.Data;
using TusUpload.Data.Files;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Rules;

namespace TusUpload.Server.Api.Files;

/// <summary>PATCH /files/{id}: the name for people and the folder; nothing in the object store moves.</summary>
internal static class RenameFile
{
    public static async Task<IResult> HandleAsync(
        Guid id, Body body, IfMatch ifMatch, Caller caller, [AsParameters] Services services, CancellationToken cancellationToken)
    {
        string? name = null;
        if ((body.FileName.IsGiven || !body.FolderId.IsGiven) && services.Names.ReadFileName(body.FileName.Value, out name) is { } refusal)
        {
            return refusal;
        }

        while (true)
        {
            if (await services.Db.FindRowAsync(id, caller, Rights.Write, cancellationToken) is not { } file)
            {
                return await services.Db.RefuseFileAsync(id, caller, cancellationToken);
            }

            if (ifMatch.Version is { } version && version != file.Version)
            {
                return ApiError.PreconditionFailed;
            }

            var folder = body.FolderId.IsGiven ? body.FolderId.Value : file.FolderId;
            var place = new FilePlace(id, file.UserId, file.WorkspaceId, folder, name ?? file.FileName, file.Version);
            var outcome = await services.Renaming.ChangeAsync(place, services.Time.GetUtcNow(), cancellationToken);
            if (outcome != FilePlaceOutcome.Changed)
            {
                return await AnswerAsync(outcome, id, caller, services.Db, cancellationToken);
            }

            // Somebody changed it after it was read; the next look sees that.
        }
    }

    private static async Task<IResult> AnswerAsync(
        FilePlaceOutcome outcome, Guid id, Caller caller, TusUploadDb db, CancellationToken cancellationToken)
    {
        return outcome switch
        {
            FilePlaceOutcome.NoFolder => ApiError.FolderNotFound,
            FilePlaceOutcome.Taken => ApiError.NameTaken,
            FilePlaceOutcome.Done when await db.FindFileAsync(id, caller, cancellationToken) is { } file => file.Tagged(),
            _ => ApiError.FileNotFound,
        };
    }

    /// <param name="FileName">1 to 255 characters, without slashes.</param>
    /// <param name="FolderId">A folder of the file's workspace; null: the root.</param>
    internal sealed record Body(Given<string> FileName, Given<Guid?> FolderId);

    internal sealed record Services(TusUploadDb Db, FileRenaming Renaming, NameRules Names, TimeProvider Time);
}
