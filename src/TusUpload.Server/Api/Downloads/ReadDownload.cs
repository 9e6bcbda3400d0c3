using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.Pipeline.Storage;
using TusUpload.Server.Api.Files;
using TusUpload.Server.Auth;

namespace TusUpload.Server.Api.Downloads;

/// <summary>GET and HEAD /downloads/{link}: whoever has the link is let in. One that nobody signed, and one of a file that is gone, are the same.</summary>
internal static class ReadDownload
{
    public static async Task<IResult> HandleAsync(
        string link, HttpContext http, DownloadLinks links, TusUploadDb db, IObjectStorage storage, IOptions<AuthOptions> auth)
    {
        if (auth.Value.Mode == AuthOptions.Development && !LocalRequest.IsLocal(http))
        {
            return ApiError.DevelopmentLoopbackOnly;
        }

        if (links.Read(link) is not { } read)
        {
            return ApiError.FileNotFound;
        }

        var (fileId, isOver) = read;
        return isOver
            ? ApiError.LinkExpired
            : await FileContent.ReadAsync(
                await db.FilesInSight().Where(file => file.Id == fileId).Select(FileView.Of).SingleOrDefaultAsync(http.RequestAborted),
                storage,
                http.RequestAborted);
    }
}
