using System.Security.Claims;

using TusUpload.Data;

namespace TusUpload.Server.Api.Files;

/// <summary>GET /files/{id}</summary>
internal static class FindFile
{
    public static async Task<IResult> HandleAsync(Guid id, ClaimsPrincipal caller, TusUploadDb db, CancellationToken cancellationToken) =>
        await db.FindFileAsync(id, caller, cancellationToken) is { } file ? TypedResults.Ok(file) : ApiError.FileNotFound;
}
