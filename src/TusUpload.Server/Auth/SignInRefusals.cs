using Microsoft.IdentityModel.Tokens;

using TusUpload.Server.Api;

namespace TusUpload.Server.Auth;

/// <summary>What is answered to whoever is not signed in.</summary>
internal static class SignInRefusals
{
    /// <param name="failure">Why the token that was brought is none; null where none was brought.</param>
    public static Task AnswerAsync(HttpContext http, Exception? failure)
    {
        var error = failure switch
        {
            null => ApiError.SignInRequired,
            SecurityTokenExpiredException => ApiError.TokenExpired,
            SecurityTokenSignatureKeyNotFoundException or SecurityTokenException or ArgumentException => ApiError.InvalidToken,
            AuthenticationFailure refusal => refusal.Error,
            // The keys could not be had: that says nothing of the token.
            _ => ApiError.Unavailable,
        };

        // A client that asks where its upload stands gives it up for any answer but 423, and a token that has run out is soon a new one.
        if (error == ApiError.TokenExpired || error == ApiError.Unavailable)
        {
            error = IsOffset(http) ? error with { Status = StatusCodes.Status423Locked, RetryAfter = 1 } : error;
        }

        // What was taken back for good is gone: then clients begin anew, and their POST is told why there is no more.
        if (error == ApiError.LinkRevoked && IsOffset(http))
        {
            error = error with { Status = StatusCodes.Status404NotFound };
        }

        if (error.Status == StatusCodes.Status401Unauthorized)
        {
            http.Response.Headers.WWWAuthenticate = failure is null || http.Request.Headers.Authorization.Count == 0 ? "Bearer" : "Bearer error=\"invalid_token\"";
        }

        return error.ExecuteAsync(http);
    }

    private static bool IsOffset(HttpContext http) =>
        HttpMethods.IsHead(http.Request.Method) && http.GetEndpoint()?.Metadata.GetMetadata<Access>() == Access.Tus;
}

/// <summary>A key, a link or a token of ours that is none, or counts no more.</summary>
internal sealed class AuthenticationFailure(ApiError? error = null) : Exception((error ?? ApiError.InvalidToken).Message)
{
    public ApiError Error => error ?? ApiError.InvalidToken;
}
