using System.Security.Claims;

using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Capabilities;

/// <summary>
/// Makes upload tokens: each lets its bearer act as the owner of one upload, and of nothing else, for as long as the upload lives. So a sign-in that
/// runs out in the middle of a long upload does not end it. Registered by the application where it wants them.
/// </summary>
public interface IUploadTokens
{
    /// <summary>A token of URL-safe characters for an upload of the caller's, under the revision that the store told.</summary>
    string Issue(ClaimsPrincipal caller, UploadInfo upload);
}
