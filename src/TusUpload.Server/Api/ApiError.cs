using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

using Microsoft.AspNetCore.WebUtilities;

using TusUpload.Protocol.Errors;
using TusUpload.Server.Auth.ApiKeys;

namespace TusUpload.Server.Api;

/// <summary>One refusal of the REST API: an RFC 9457 document with a code that clients switch on.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable, lower snake case.</param>
/// <param name="Message">One sentence for people; never a file name, a token or anything the client sent.</param>
internal sealed record ApiError(int Status, string Code, string Message) : IResult
{
    public static readonly ApiError InvalidRequest = new(400, "invalid_request", "The body or a parameter is not what this address takes.");
    public static readonly ApiError InvalidLimit = new(400, "invalid_limit", "limit must be a whole number from 1 to 200.");
    public static readonly ApiError InvalidCursor = new(400, "invalid_cursor", "cursor must be the nextCursor of an earlier page.");
    public static readonly ApiError InvalidStatus = new(400, "invalid_status", "There is no such status.");
    public static readonly ApiError InvalidSeconds = new(400, "invalid_seconds", "seconds must be a whole number from 1 to 31536000.");
    public static readonly ApiError InvalidExpiresIn = new(400, "invalid_expires_in", "expiresIn must be a whole number from 1 to 604800.");
    public static readonly ApiError InvalidFileName =
        new(400, "invalid_file_name", "fileName must have 1 to 255 characters, no control characters and no slashes.");

    public static readonly ApiError InvalidExpectedFiles = new(400, "invalid_expected_files", "expectedFiles must be a positive whole number.");
    public static readonly ApiError InvalidManifest = new(
        400,
        "invalid_manifest",
        "manifest must have one line or more, each with a name of 1 to 4000 characters without control characters and a size of 0 or more, and as many as expectedFiles.");

    public static readonly ApiError InvalidLateFiles = new(400, "invalid_late_files", "lateFiles must be refuse or accept.");
    public static readonly ApiError InvalidSize = new(400, "invalid_size", "size must be a whole number of bytes.");
    public static readonly ApiError InvalidStorageLimit = new(400, "invalid_storage_limit", "storageLimit must be a whole number of bytes, or null.");
    public static readonly ApiError InvalidLastEventId = new(400, "invalid_last_event_id", "Last-Event-ID must be the id of an earlier event.");
    public static readonly ApiError InvalidUserName =
        new(400, "invalid_user_name", "X-TusUpload-User must have 1 to 100 letters, digits, dots, underscores, hyphens or at signs.");

    public static readonly ApiError SignInRequired = new(401, "sign_in_required", "This needs a sign-in: a token or an API key as Authorization: Bearer.");
    public static readonly ApiError TokenExpired = new(401, "token_expired", "The token has expired.");
    public static readonly ApiError InvalidToken = new(401, "invalid_token", "The token is not known, or counts no more.");
    public static readonly ApiError DevelopmentForeignOrigin = new(
        403, "development_foreign_origin", "In development mode pages of other sites may upload and nothing else, unless Tus:Cors:AllowedOrigins names them.");

    public static readonly ApiError DevelopmentLoopbackOnly = new(
        403,
        "development_loopback_only",
        "Auth:Mode is development: only requests from this machine, to localhost or a loopback address, are answered.");

    public static readonly ApiError Forbidden = new(403, "forbidden", "This caller may not do this.");
    public static readonly ApiError ApiKeyNotFound = new(404, "api_key_not_found", "There is no such API key.");
    public static readonly ApiError InvalidName = new(400, "invalid_name", "name must have 1 to 100 characters and no control characters.");
    public static readonly ApiError InvalidScopes = new(400, "invalid_scopes", $"scopes must be one or more of {Scopes.Names}.");
    public static readonly ApiError ScopesTooWide = new(403, "scopes_too_wide", "Nobody can give a key more than they may do themselves.");
    public static readonly ApiError InvalidExpiresAt = new(400, "invalid_expires_at", "expiresAt must lie in the future.");
    public static readonly ApiError NotFound = new(404, "not_found", "There is nothing at this address.");
    public static readonly ApiError UploadNotFound = new(404, "upload_not_found", "There is no such upload.");
    public static readonly ApiError UploadEnded = new(409, "upload_ended", "The upload is complete or has ended.");
    public static readonly ApiError FileNotFound = new(404, "file_not_found", "There is no such file.");
    public static readonly ApiError FileInProcessing = new(409, "file_in_processing", "The file is on its way; it can be deleted when that has ended.");
    public static readonly ApiError FileNotFailed = new(409, "file_not_failed", "Only a file that failed can be processed again.");
    public static readonly ApiError ContentMissing = new(
        404, "content_missing", "The object store has nothing for this file: it is being deleted, or was stored where the configuration does not point any more.");

    public static readonly ApiError FileNotPublished =
        new(409, "file_not_published", "The file is of a batch that is seen when it is complete, and it is not.");

    public static readonly ApiError FileNotReady = new(409, "file_not_ready", "The file is not ready yet.");
    public static readonly ApiError LinkExpired = new(410, "link_expired", "This address has expired.");
    public static readonly ApiError FileRejected = new(410, "file_rejected", "The file was refused; its content is gone.");
    public static readonly ApiError NothingReady = new(409, "nothing_ready", "No file of it is ready yet.");
    public static readonly ApiError FolderNotFound = new(404, "folder_not_found", "There is no such folder.");
    public static readonly ApiError BatchNotFound = new(404, "batch_not_found", "There is no such batch.");
    public static readonly ApiError UserNotFound = new(404, "user_not_found", "There is no such user.");
    public static readonly ApiError WorkspaceNotFound = new(404, "workspace_not_found", "There is no such workspace.");
    public static readonly ApiError MethodNotAllowed = new(405, "method_not_allowed", "This method does not apply here; see Allow.");
    public static readonly ApiError RequestTimeout = new(408, "request_timeout", "The request took too long to arrive.");
    public static readonly ApiError PreconditionFailed = new(412, "precondition_failed", "The condition of the request does not hold.");
    public static readonly ApiError ManifestTooLong = new(413, "manifest_too_long", "A manifest has 10000 lines at most.");
    public static readonly ApiError BodyTooLarge = new(413, "body_too_large", "The body is larger than this address takes.");
    public static readonly ApiError UnsupportedMediaType = new(415, "unsupported_media_type", "The body must be application/json.");
    public static readonly ApiError RangeNotSatisfiable = new(416, "range_not_satisfiable", "The range lies outside of the file.");
    public static readonly ApiError Unexpected = new(500, "unexpected", "Something went wrong here; the log says more under the request's id.");
    public static readonly ApiError Unavailable =
        new(503, "temporarily_unavailable", "The server cannot answer just now; ask again.") { RetryAfter = 1 };

    public static readonly ApiError StorageUnavailable =
        new(503, "storage_unavailable", "The object store cannot be reached just now; ask again.") { RetryAfter = 5 };

    /// <summary>Seconds after which asking again makes sense (Retry-After); null: the header is not sent.</summary>
    public int? RetryAfter { get; init; }

    /// <inheritdoc cref="TusError.Details"/>
    public IReadOnlyDictionary<string, object?>? Details { get; init; }

    /// <summary>The same refusal, made by what is below the API.</summary>
    public static ApiError From(TusError error) =>
        new(error.Status, error.Code, error.Message) { RetryAfter = error.RetryAfter, Details = error.Details };

    /// <summary>The refusal that a bare status stands for.</summary>
    public static ApiError Of(int status) => status switch
    {
        403 => Forbidden,
        404 => NotFound,
        405 => MethodNotAllowed,
        408 => RequestTimeout,
        412 => PreconditionFailed,
        413 => BodyTooLarge,
        415 => UnsupportedMediaType,
        416 => RangeNotSatisfiable,
        503 => Unavailable,
        >= 500 => Unexpected with { Status = status },
        _ => InvalidRequest with { Status = status },
    };

    /// <summary>Headers that are set already stay. The response must not have started.</summary>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentLength = null;
        if (RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        response.ContentType = "application/problem+json";
        var document = JsonSerializer.SerializeToUtf8Bytes(
            new Document("about:blank", ReasonPhrases.GetReasonPhrase(Status), Status, Message, Code) { More = Details?.ToDictionary() },
            JsonSerializerOptions.Web);
        response.ContentLength = document.Length;
        if (!HttpMethods.IsHead(httpContext.Request.Method))
        {
            await response.Body.WriteAsync(document, httpContext.RequestAborted);
        }
    }

    private sealed record Document(string Type, string Title, int Status, string Detail, string Code)
    {
        [JsonExtensionData]
        public Dictionary<string, object?>? More { get; init; }
    }
}
