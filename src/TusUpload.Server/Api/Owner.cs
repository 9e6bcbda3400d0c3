using System.Security.Claims;

using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api;

internal static class Owner
{
    /// <summary>Whose uploads and files are asked for. Every endpoint requires a sign-in, so there is always one.</summary>
    public static string OwnerId(this ClaimsPrincipal caller) =>
        caller.UserId() ?? throw new InvalidOperationException("A caller without a subject passed authorization.");
}
