using System.Text.Json;

using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;

using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Auth.Jwt;

/// <summary>Makes a caller of a token that was found genuine.</summary>
internal sealed class JwtCallers(IOptions<AuthOptions> options)
{
    private const int LongestSubject = 200;

    private readonly AuthOptions _options = options.Value;

    /// <summary>Null: the token names nobody who could be a user.</summary>
    public Caller? Read(JsonWebToken token)
    {
        var subject = token.Subject;
        return subject is { Length: > 0 and <= LongestSubject } && !Caller.IsLikeLink(subject) && !subject.Any(char.IsControl)
            ? new(subject, RightsOf(subject, token)) { Plan = Find(token, _options.Jwt.PlanClaim) }
            : null;
    }

    private Rights RightsOf(string subject, JsonWebToken token) => Find(token, _options.Jwt.RoleClaim) switch
    {
        "admin" => Rights.OfAdmin,
        _ when _options.Admins.Contains(subject, StringComparer.Ordinal) => Rights.OfAdmin,
        "operator" => Rights.OfOperator,
        _ when _options.Operators.Contains(subject, StringComparer.Ordinal) => Rights.OfOperator,
        "observer" => Rights.OfObserver,
        _ when _options.Observers.Contains(subject, StringComparer.Ordinal) => Rights.OfObserver,
        _ => Rights.OfUser,
    };

    /// <summary>A claim's text; null where there is none of that path, or it is no text.</summary>
    private static string? Find(JsonWebToken token, string path)
    {
        var names = path.Split('.');
        if (!token.TryGetPayloadValue<JsonElement>(names[0], out var value))
        {
            return null;
        }

        foreach (var name in names.Skip(1))
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
            {
                return null;
            }
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
