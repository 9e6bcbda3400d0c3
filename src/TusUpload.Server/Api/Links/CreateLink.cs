using System.Security.Cryptography;

using Microsoft.EntityFrameworkCore;

using Npgsql;

using TusUpload.Data;
using TusUpload.Data.Links;
using TusUpload.Server.Auth.Links;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Links;

/// <summary>POST /links</summary>
internal static class CreateLink
{
    private const int ShortestSlug = 4;
    private const string SlugIndex = "ix_links_slug";

    // 26 of 32 letters are 130 bits.
    private const string Letters = "abcdefghijkmnpqrstuvwxyz23456789";
    private const int RandomLength = 26;

    public static async Task<IResult> HandleAsync(Body body, Caller caller, [AsParameters] Services services, CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        if (Refuse(body, now) is { } refusal)
        {
            return refusal;
        }

        var workspace = body.WorkspaceId ?? await services.Callers.DefaultWorkspaceAsync(caller, cancellationToken);
        if (await services.Db.RefuseAsync(caller, workspace, body.FolderId, cancellationToken) is { } nowhere)
        {
            return nowhere;
        }

        // Here, and not by the index alone: what is expected is no error in the log.
        if (body.Slug is not null && await services.Db.Links.AnyAsync(row => row.Slug == body.Slug, cancellationToken))
        {
            return ApiError.SlugTaken;
        }

        var passwordHash = body.Password is null ? null : await services.Passwords.HashAsync(body.Password, cancellationToken);
        if (body.Password is not null && passwordHash is null)
        {
            return ApiError.PasswordsBusy;
        }

        var link = Make(body, workspace, caller.Subject, passwordHash, now);
        services.Db.Links.Add(link);
        try
        {
            await services.Db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException twin) when (twin.InnerException is PostgresException { ConstraintName: SlugIndex })
        {
            return ApiError.SlugTaken;
        }

        // As it is kept: the database knows no smaller times than microseconds.
        var kept = await services.Db.Links.AsNoTracking().SingleAsync(row => row.Id == link.Id, cancellationToken);
        return new Tagged<LinkView>(LinkView.Of(kept), kept.Version, $"/api/v1/links/{link.Id}");
    }

    /// <summary>Why the caller can have no link to there; null: it can.</summary>
    internal static async Task<ApiError?> RefuseAsync(
        this TusUploadDb db, Caller caller, Guid workspace, Guid? folder, CancellationToken cancellationToken) =>
        !await db.WorkspacesOf(caller, Rights.Manage).AnyAsync(space => space.Id == workspace, cancellationToken)
            ? await db.RefuseWorkspaceAsync(workspace, caller, cancellationToken)
        : folder is null || await db.Folders.AnyAsync(
            place => place.Id == folder && place.WorkspaceId == workspace && place.DeletedAt == null, cancellationToken)
            ? null
            : ApiError.FolderNotFound;

    private static ApiError? Refuse(Body body, DateTimeOffset now) =>
        body.Slug is { } slug && (slug.Length < ShortestSlug || !UploadPlaces.IsSlug(slug)) ? ApiError.InvalidSlug
        : body.Password is { Length: 0 or > LinkPasswords.Longest } ? ApiError.InvalidPassword
        : body.ExpiresAt <= now ? ApiError.InvalidExpiresAt
        : body.Refuse();

    private static Link Make(Body body, Guid workspace, string createdBy, string? passwordHash, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        WorkspaceId = workspace,
        FolderId = body.FolderId,
        Slug = body.Slug ?? RandomNumberGenerator.GetString(Letters, RandomLength),
        Name = body.Name ?? "",
        CreatedBy = createdBy,
        PasswordHash = passwordHash,
        MaxUses = body.MaxUses,
        MaxFiles = body.MaxFiles,
        StorageLimit = body.StorageLimit,
        MaxFileSize = body.MaxFileSize,
        AllowedTypes = body.AllowedTypes,
        AllowedOrigins = body.AllowedOrigins,
        ExpiresAt = body.ExpiresAt?.ToUniversalTime(),
        CreatedAt = now,
    };

    internal sealed record Body : LinkTerms
    {
        /// <summary>Default: the caller's default workspace.</summary>
        public Guid? WorkspaceId { get; init; }

        /// <summary>The last part of its address: 4 to 100 lower-case letters, digits and hyphens. Default: one that cannot be guessed.</summary>
        public string? Slug { get; init; }

        /// <summary>What visitors have to say, 1 to 200 characters. Default: nothing.</summary>
        public string? Password { get; init; }
    }

    internal sealed record Services(TusUploadDb Db, CallerDirectory Callers, LinkPasswords Passwords, TimeProvider Time);
}
