using System.Data.Common;

using Microsoft.AspNetCore.Authentication;

namespace TusUpload.Server.Auth;

/// <summary>For answers that go on: whether what their request signed in with would still sign it in.</summary>
internal static class LastingSignIn
{
    /// <summary>Trouble of what has to be asked says nothing of the sign-in.</summary>
    public static async Task<bool> StillCountsAsync(HttpContext http)
    {
        if (http.User.Identity?.AuthenticationType is not { } scheme)
        {
            return false;
        }

        // A handler answers a request once; in another scope there is another one.
        await using var scope = http.RequestServices.CreateAsyncScope();
        var handler = await scope.ServiceProvider.GetRequiredService<IAuthenticationHandlerProvider>().GetHandlerAsync(http, scheme);
        return handler is not null && await handler.AuthenticateAsync() is { Succeeded: true } or { Failure: DbException or HttpRequestException };
    }
}
