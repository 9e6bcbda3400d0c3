using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

using Microsoft.AspNetCore.WebUtilities;

using TusUpload.Protocol.Errors;
using TusUpload.Server.Auth.ApiKeys;
using TusUpload.Uploads.Admission;

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
        "manifest must have one line or more, each with a name of 1 to 4000 characters without control characters and a size that an upload may have, "
        + "and as many as expectedFiles; all sizes together must be below 2^63.");

    public static readonly ApiError InvalidLateFiles = new(400, "invalid_late_files", "lateFiles must be refuse or accept.");
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
    public static readonly ApiError InvalidNamePolicy = new(400, "invalid_name_policy", "namePolicy must be keep_both, replace or refuse.");
    public static readonly ApiError InvalidTypes =
        new(400, "invalid_types", "allowedTypes and deniedTypes take up to 100 entries of 1 to 255 characters, such as image/*.");

    public static readonly ApiError InvalidOrigins =
        new(400, "invalid_origins", "allowedOrigins takes up to 100 origins such as https://app.example.com.");

    public static readonly ApiError InvalidSize = new(400, "invalid_size", "A size or limit must be a whole number of bytes, not below 0.");
    public static readonly ApiError InvalidRole = new(400, "invalid_role", "role must be viewer, contributor, editor or manager.");
    public static readonly ApiError InvalidFolderName =
        new(400, "invalid_folder_name", "A folder's name must have 1 to 255 characters, no control characters and no slashes.");

    public static readonly ApiError InvalidScopes = new(400, "invalid_scopes", $"scopes must be one or more of {Scopes.Names}.");
    public static readonly ApiError ScopesTooWide = new(403, "scopes_too_wide", "Nobody can give a key more than they may do themselves.");
    public static readonly ApiError InvalidExpiresAt = new(400, "invalid_expires_at", "expiresAt must lie in the future.");
    public static readonly ApiError ExpiresTooLate = new(403, "expires_too_late", "An API key can make no key that outlives it.");
    public static readonly ApiError InvalidIdempotencyKey =
        new(400, "invalid_idempotency_key", "Idempotency-Key must be sent once, with 1 to 255 visible ASCII characters.");

    public static readonly ApiError IdempotencyInProgress =
        new(409, "idempotency_in_progress", "The request that came first with this Idempotency-Key is not answered yet; ask again.") { RetryAfter = 1 };

    public static readonly ApiError IdempotencyKeyReused =
        new(422, "idempotency_key_reused", "This Idempotency-Key came before with another body.");

    public static readonly ApiError RateLimited = new(429, "rate_limited", "Too many requests in too short a time; ask again later.") { RetryAfter = 1 };

    public static readonly ApiError LinkNotFound = new(404, "link_not_found", "There is no such link.");
    public static readonly ApiError ShareLinkExpired = From(AdmissionErrors.LinkExpired);
    public static readonly ApiError LinkUsesExceeded = From(AdmissionErrors.LinkUsesExceeded);
    public static readonly ApiError LinkRevoked = new(401, "link_revoked", "The link has been revoked.");
    public static readonly ApiError LinkPasswordRequired =
        new(401, "link_password_required", "The link has a password: exchange it for a link token at the link's session.");

    public static readonly ApiError LinkSessionRequired =
        new(401, "link_session_required", "An upload in several parts needs a link token: ask for one at the link's session.");

    public static readonly ApiError WrongPassword = new(401, "wrong_password", "This is not the link's password.");
    public static readonly ApiError TooManyTries = new(429, "too_many_tries", "Too many passwords were tried; wait before the next one.");
    public static readonly ApiError PasswordsBusy = new(503, "temporarily_unavailable", "Too many passwords are being looked at; ask again.") { RetryAfter = 2 };
    public static readonly ApiError SlugTaken = new(409, "slug_taken", "Another link has this slug.");
    public static readonly ApiError InvalidSlug =
        new(400, "invalid_slug", "slug must have 4 to 100 lower-case letters, digits and hyphens, and must not look like an id.");

    public static readonly ApiError InvalidLinkName = new(400, "invalid_name", "name must have at most 200 characters and no control characters.");
    public static readonly ApiError InvalidPassword = new(400, "invalid_password", "password must have 1 to 200 characters.");
    public static readonly ApiError InvalidVisitor =
        new(400, "invalid_visitor", "visitor must be a token of this link that is not too old; without it a new visitor comes.");

    public static readonly ApiError InvalidLinkLimit =
        new(400, "invalid_limit", "maxUses and maxFiles must be 1 or more, storageLimit and maxFileSize 0 or more.");

    public static readonly ApiError InvalidAllowedTypes =
        new(400, "invalid_allowed_types", "allowedTypes must be 1 to 100 media types, such as image/png or image/*.");

    public static readonly ApiError InvalidAllowedOrigins =
        new(400, "invalid_allowed_origins", "allowedOrigins must be 1 to 100 origins, such as https://example.org.");

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
    public static readonly ApiError WorkspaceNotFound = new(404, "workspace_not_found", "There is no such workspace.");
    public static readonly ApiError UserNotFound = new(404, "user_not_found", "There is no such user; users are known from their first request on.");
    public static readonly ApiError MemberNotFound = new(404, "member_not_found", "There is no such member.");
    public static readonly ApiError NotInTrash = new(404, "not_in_trash", "There is no such thing in the trash.");
    public static readonly ApiError OwnerStays = new(409, "owner_stays", "The owner has every right already, and cannot be removed.");
    public static readonly ApiError DefaultWorkspaceStays = new(409, "default_workspace_stays", "The default workspace cannot be deleted.");
    public static readonly ApiError FolderExists = new(409, "folder_exists", "A folder of this name is there already.");
    public static readonly ApiError FolderAboveInTrash = new(409, "folder_above_in_trash", "The folder that it was in is in the trash; restore that first.");
    public static readonly ApiError FolderInItself = new(422, "folder_in_itself", "A folder cannot lie in itself.");
    public static readonly ApiError PathTooLong =
        new(422, "path_too_long", "A folder's name has at most 255 characters, a path 2,000 bytes.");

    public static readonly ApiError NameTaken =
        new(422, "name_taken", "A file of this name is there already, and this workspace takes each name once.");

    public static readonly ApiError TooManyFolders = new(422, "too_many_folders", "There are too many folders for one tree; list them by pages.");
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
        429 => RateLimited,
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
