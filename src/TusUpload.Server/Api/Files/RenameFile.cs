using TusUpload.Data;
using TusUpload.Data.Files;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Files;

/// <summary>PATCH /files/{id}: the name for people; nothing in the object store moves.</summary>
internal static class RenameFile
{
    private const int MostCharacters = 255;

    public static async Task<IResult> HandleAsync(
        Guid id, Body body, IfMatch ifMatch, Caller caller, FileRenaming renaming, TusUploadDb db, CancellationToken cancellationToken)
    {
        if (!IsName(body.FileName))
        {
            return ApiError.InvalidFileName;
        }

        return await renaming.RenameAsync(id, caller.Subject, body.FileName!, ifMatch.Version, cancellationToken) switch
        {
            RenameOutcome.OtherVersion => ApiError.PreconditionFailed,
            RenameOutcome.Renamed when await db.FindFileAsync(id, caller, cancellationToken) is { } file => file.Tagged(),
            _ => ApiError.FileNotFound,
        };
    }

    internal static bool IsName(string? name) =>
        name is { Length: >= 1 and <= MostCharacters } and not ("." or "..")
        && !string.IsNullOrWhiteSpace(name)
        && !name.Any(character => char.IsControl(character) || character is '/' or '\\');

    internal sealed record Body(string? FileName);
}
