using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.ApiKeys;
using TusUpload.Server.Auth.ApiKeys;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Keys;

/// <summary>POST /api-keys</summary>
internal static class CreateKey
{
    private const int LongestName = 100;

    public static async Task<IResult> HandleAsync(Body body, Caller caller, [AsParameters] Services services, CancellationToken cancellationToken)
    {
        var now = services.Time.GetUtcNow();
        if (Refuse(body, caller, now) is { } refusal)
        {
            return refusal;
        }

        var (end, tooLate) = await EndAsync(body.ExpiresAt?.ToUniversalTime(), caller, services.Db, cancellationToken);
        if (tooLate is not null)
        {
            return tooLate;
        }

        await services.Callers.DefaultWorkspaceAsync(caller, cancellationToken);
        var token = ApiKeyToken.New();
        var key = new ApiKey
        {
            Id = token.Id,
            UserId = caller.Subject,
            Name = body.Name!,
            SecretHash = token.SecretHash,
            Scopes = [.. body.Scopes!.Distinct(StringComparer.Ordinal)],
            CreatedAt = now,
            ExpiresAt = end,
        };
        services.Db.ApiKeys.Add(key);
        await services.Db.SaveChangesAsync(cancellationToken);
        return TypedResults.Created($"/api/v1/api-keys/{key.Id}", new Made(key.Id, key.Name, key.Scopes, token.ToString(), key.CreatedAt, key.ExpiresAt));
    }

    /// <summary>A key that ends makes none that outlives it: else whoever got hold of it would keep what it gave.</summary>
    private static async Task<(DateTimeOffset? End, ApiError? Refusal)> EndAsync(
        DateTimeOffset? asked, Caller caller, TusUploadDb db, CancellationToken cancellationToken)
    {
        var makers = caller.KeyId is { } id
            ? await db.ApiKeys.Where(key => key.Id == id).Select(key => key.ExpiresAt).SingleOrDefaultAsync(cancellationToken)
            : null;
        return asked > makers ? (null, ApiError.ExpiresTooLate) : (asked ?? makers, null);
    }

    private static ApiError? Refuse(Body body, Caller caller, DateTimeOffset now)
    {
        if (body.Name is not { Length: > 0 and <= LongestName } name || name.Any(char.IsControl))
        {
            return ApiError.InvalidName;
        }

        if (body.Scopes is not { Count: > 0 } scopes || Scopes.TryRead(scopes) is not { } rights)
        {
            return ApiError.InvalidScopes;
        }

        return (caller.Rights & rights) != rights ? ApiError.ScopesTooWide : body.ExpiresAt <= now ? ApiError.InvalidExpiresAt : null;
    }

    /// <param name="Scopes">What it may do: <c>upload</c>, <c>read</c>, <c>write</c>, <c>manage</c>, and of those who have them <c>observe</c>, <c>operate</c>, <c>administer</c>.</param>
    /// <param name="ExpiresAt">Default: it does not end by itself; of one that an API key makes, as that key does.</param>
    internal sealed record Body(string? Name, IReadOnlyList<string>? Scopes, DateTimeOffset? ExpiresAt);

    /// <param name="Key">What is brought as Authorization: Bearer. Nobody can show it again.</param>
    internal sealed record Made(Guid Id, string Name, string[] Scopes, string Key, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

    internal sealed record Services(TusUploadDb Db, CallerDirectory Callers, TimeProvider Time);
}
