using Microsoft.Extensions.Options;

using TusUpload.Protocol.Cors;

namespace TusUpload.Protocol;

[OptionsValidator]
internal sealed partial class TusOptionsAnnotations : IValidateOptions<TusOptions>;

internal sealed class TusOptionsRules : IValidateOptions<TusOptions>
{
    public ValidateOptionsResult Validate(string? name, TusOptions options)
    {
        var failures = new List<string>();
        if (options.Path is { Length: > 0 } path && (path[0] != '/' || path.Length == 1 || path[^1] == '/'))
        {
            failures.Add("Tus:Path must begin with a slash, name something and not end with a slash.");
        }

        if (options.PublicUrl is { } url && !IsPublicUrl(url))
        {
            failures.Add("Tus:PublicUrl must be an absolute http or https address, with a path or without, and nothing else.");
        }

        if (options is { EnforceMaxChunkSize: true, MaxChunkSize: null })
        {
            failures.Add("Tus:EnforceMaxChunkSize needs Tus:MaxChunkSize.");
        }

        if (options.IdleTimeout < TimeSpan.FromSeconds(1) || options.IdleTimeout > TimeSpan.FromDays(1))
        {
            failures.Add("Tus:IdleTimeout must be between one second and one day.");
        }

        if (!Enum.IsDefined(options.UploadToken))
        {
            failures.Add("Tus:UploadToken must be off, header or url.");
        }

        if (options.Cors is { } cors)
        {
            if (cors.AllowCredentials && cors.AllowsAnyOrigin)
            {
                failures.Add("Tus:Cors:AllowCredentials needs AllowedOrigins to name origins: otherwise any page acts for its visitor.");
            }

            foreach (var origin in cors.AllowedOrigins ?? [])
            {
                if (!IsOrigin(origin))
                {
                    failures.Add($"Tus:Cors:AllowedOrigins holds '{origin}', which is neither * nor scheme, host and port alone.");
                }
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static bool IsPublicUrl(string url) =>
        Uri.IsWellFormedUriString(url, UriKind.Absolute)
        && System.Text.Ascii.IsValid(url)
        && Uri.TryCreate(url, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.UserInfo.Length == 0
        && !url.AsSpan().ContainsAny('?', '#');

    private static bool IsOrigin(string origin) =>
        origin == TusCorsOptions.Any
        || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && origin[^1] != '/' && uri.PathAndQuery == "/");
}
