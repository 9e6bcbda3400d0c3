using System.Text.Json;
using System.Text.Json.Nodes;

using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Links;
using TusUpload.Server.Auth.Links;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Links;

/// <summary>PATCH /links/{id}: a merge patch (RFC 7396) of <see cref="Body"/>.</summary>
internal static class ChangeLink
{
    private const string Password = "password";

    public static async Task<IResult> HandleAsync(
        Guid id, HttpRequest request, IfMatch ifMatch, Caller caller, [AsParameters] Services services, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            return ApiError.UnsupportedMediaType;
        }

        if (await ReadAsync(request, cancellationToken) is not { ValueKind: JsonValueKind.Object } patch)
        {
            return ApiError.InvalidRequest;
        }

        while (await services.Db.LinksOf(caller).AsNoTracking().SingleOrDefaultAsync(link => link.Id == id, cancellationToken) is { } known)
        {
            if (ifMatch.Version is { } version && version != known.Version)
            {
                return ApiError.PreconditionFailed;
            }

            var (terms, refusal) = Merge(LinkTerms.Of(known), patch, services.Time.GetUtcNow());
            refusal ??= terms!.FolderId == known.FolderId
                ? null
                : await services.Db.RefuseAsync(caller, known.WorkspaceId, terms.FolderId, cancellationToken);
            var (passwordHash, busy) = refusal is null ? await services.HashAsync(known.PasswordHash, patch, cancellationToken) : default;
            if ((refusal ?? busy) is { } refused)
            {
                return refused;
            }

            // Whoever named no version changes what there is by then.
            if (await WriteAsync(services.Db, known, terms!, passwordHash, cancellationToken))
            {
                services.Visitors.Forget(id);
                return await FindLink.HandleAsync(id, caller, services.Db, cancellationToken);
            }
        }

        return ApiError.LinkNotFound;
    }

    // By hand, since what is left out and what is null are two things here.
    private static async Task<JsonElement?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await request.ReadFromJsonAsync<JsonElement>(cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static (LinkTerms? Terms, ApiError? Refusal) Merge(LinkTerms known, JsonElement patch, DateTimeOffset now)
    {
        try
        {
            var merged = JsonSerializer.SerializeToNode(known, JsonSerializerOptions.Web)!.AsObject();
            foreach (var member in patch.EnumerateObject().Where(member => merged.ContainsKey(member.Name)))
            {
                merged[member.Name] = JsonNode.Parse(member.Value.GetRawText());
            }

            var terms = merged.Deserialize<LinkTerms>(JsonSerializerOptions.Web)!;
            return (terms, terms.ExpiresAt <= now && terms.ExpiresAt != known.ExpiresAt ? ApiError.InvalidExpiresAt : terms.Refuse());
        }
        // The second: JSON by its form, whose text is none.
        catch (Exception bad) when (bad is JsonException or InvalidOperationException)
        {
            return (null, ApiError.InvalidRequest);
        }
    }

    private static async Task<bool> WriteAsync(
        TusUploadDb db, Link known, LinkTerms terms, string? passwordHash, CancellationToken cancellationToken)
    {
        var (name, expiresAt) = (terms.Name ?? "", terms.ExpiresAt?.ToUniversalTime());
        return await db.Links.Where(link => link.Id == known.Id && link.Version == known.Version).ExecuteUpdateAsync(
            link => link
                .SetProperty(row => row.Version, row => row.Version + 1)
                .SetProperty(row => row.Name, name)
                .SetProperty(row => row.FolderId, terms.FolderId)
                .SetProperty(row => row.ExpiresAt, expiresAt)
                .SetProperty(row => row.MaxUses, terms.MaxUses)
                .SetProperty(row => row.MaxFiles, terms.MaxFiles)
                .SetProperty(row => row.StorageLimit, terms.StorageLimit)
                .SetProperty(row => row.MaxFileSize, terms.MaxFileSize)
                .SetProperty(row => row.AllowedTypes, terms.AllowedTypes)
                .SetProperty(row => row.AllowedOrigins, terms.AllowedOrigins)
                .SetProperty(row => row.PasswordHash, passwordHash),
            cancellationToken) > 0;
    }

    /// <summary>For the documentation: what is not named stays.</summary>
    internal sealed record Body : LinkTerms
    {
        /// <summary>What visitors have to say, 1 to 200 characters; null: nothing any more.</summary>
        public string? Password { get; init; }
    }

    internal sealed record Services(TusUploadDb Db, LinkPasswords Passwords, LinkVisitors Visitors, TimeProvider Time)
    {
        /// <summary>The hash as it will be.</summary>
        public async ValueTask<(string? Hash, ApiError? Refusal)> HashAsync(string? known, JsonElement patch, CancellationToken cancellationToken)
        {
            if (!patch.TryGetProperty(Password, out var given))
            {
                return (known, null);
            }

            if (given.ValueKind == JsonValueKind.Null)
            {
                return (null, null);
            }

            if (TextOf(given) is not { Length: > 0 and <= LinkPasswords.Longest } password)
            {
                return (null, ApiError.InvalidPassword);
            }

            return await Passwords.HashAsync(password, cancellationToken) is { } hash ? (hash, null) : (null, ApiError.PasswordsBusy);
        }

        private static string? TextOf(JsonElement given)
        {
            try
            {
                return given.ValueKind == JsonValueKind.String ? given.GetString() : null;
            }
            catch (InvalidOperationException)
            {
                return null;
            }
        }
    }
}
