using System.Security.Claims;

namespace TusUpload.Uploads.Admission;

/// <summary>Who asks, as far as uploads care.</summary>
public static class Caller
{
    /// <summary>The subject of the sign-in: <c>sub</c>, or what ASP.NET Core makes of it. Null for an anonymous caller.</summary>
    public static string? UserId(this ClaimsPrincipal caller) =>
        caller.FindFirst("sub")?.Value ?? caller.FindFirst(ClaimTypes.NameIdentifier)?.Value;
}
