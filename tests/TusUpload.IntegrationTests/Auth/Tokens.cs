using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

using TusUpload.IntegrationTests.Api;

namespace TusUpload.IntegrationTests.Auth;

/// <summary>Tokens as Supabase Auth makes them, and the settings under which a server takes them.</summary>
internal static class Tokens
{
    public const string Issuer = "https://ref.supabase.test/auth/v1";
    public const string Secret = "super-secret-jwt-token-with-at-least-32-characters-long";

    public static SigningCredentials Credentials { get; } = new(new SymmetricSecurityKey(Encoding.UTF8.GetBytes(Secret)), SecurityAlgorithms.HmacSha256);

    public static void Take(IDictionary<string, string> settings)
    {
        settings["Auth:Mode"] = "jwt";
        settings["Auth:Jwt:Secret"] = Secret;
        settings["Auth:Jwt:Issuer"] = Issuer;
    }

    public static string Of(
        string user, string? role = null, string? plan = null, TimeSpan? validity = null, SigningCredentials? credentials = null,
        string issuer = Issuer, string audience = "authenticated")
    {
        var now = TimeProvider.System.GetUtcNow();
        var end = now + (validity ?? TimeSpan.FromHours(1));
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            IssuedAt = (end < now ? end : now).AddHours(-1).UtcDateTime,
            NotBefore = (end < now ? end : now).AddHours(-1).UtcDateTime,
            Expires = end.UtcDateTime,
            SigningCredentials = credentials ?? Credentials,
            Claims = new Dictionary<string, object>
            {
                ["sub"] = user,
                ["role"] = "authenticated",
                ["email"] = $"{user}@example.org",
                ["app_metadata"] = new Dictionary<string, object?> { ["provider"] = "email", ["tus_upload_role"] = role ?? "", ["tus_upload_plan"] = plan ?? "" },
            },
        });
    }

    /// <summary>Asks for an API key.</summary>
    public static Task<HttpResponseMessage> AskForKeyAsync(this HttpClient client, params string[] scopes) =>
        client.PostJsonAsync("/api/v1/api-keys", new { name = "a program", scopes });

    /// <summary>Makes an API key, as the API shows it once.</summary>
    public static async Task<JsonElement> MakeKeyAsync(this HttpClient client, params string[] scopes)
    {
        using var answer = await client.AskForKeyAsync(scopes);
        return await answer.JsonAsync(HttpStatusCode.Created);
    }

    /// <summary>A key pair of an issuer that publishes its keys.</summary>
    public static SigningCredentials NewKey(string id) =>
        new(new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = id }, SecurityAlgorithms.EcdsaSha256);

    public static JsonWebKey PublicOf(SigningCredentials credentials)
    {
        using var pair = ECDsa.Create(((ECDsaSecurityKey)credentials.Key).ECDsa.ExportParameters(includePrivateParameters: false));
        return JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(pair) { KeyId = credentials.Key.KeyId });
    }
}
