using Microsoft.Extensions.Options;

namespace TusUpload.Server.Auth;

/// <summary>Who may call. Section <c>Auth</c>.</summary>
internal sealed class AuthOptions
{
    public const string Section = "Auth";
    public const string Development = "development";
    public const string Jwt = "jwt";

    /// <summary>
    /// <c>development</c>: requests from this machine are those of the user <c>local</c>, all others are refused. <c>jwt</c>: not available in
    /// this version. Default <c>development</c>.
    /// </summary>
    public string Mode { get; init; } = Development;
}

internal sealed class AuthOptionsRules : IValidateOptions<AuthOptions>
{
    public ValidateOptionsResult Validate(string? name, AuthOptions options) => options.Mode switch
    {
        AuthOptions.Development => ValidateOptionsResult.Success,
        AuthOptions.Jwt => ValidateOptionsResult.Fail("Auth:Mode jwt is not available in this version; the only mode is development."),
        _ => ValidateOptionsResult.Fail("Auth:Mode must be development or jwt."),
    };
}
