namespace TusUpload.Server.Auth.Jwt;

/// <summary>
/// Whose tokens are taken (RFC 7519). Section <c>Auth:Jwt</c>. Supabase Auth: <see cref="Issuer"/> is <c>https://REF.supabase.co/auth/v1</c>, with
/// <see cref="JwksUrl"/> below it at <c>/.well-known/jwks.json</c> or with the project's JWT secret. Any OpenID Connect issuer: <see cref="Authority"/>.
/// </summary>
internal sealed class JwtOptions
{
    /// <summary>The issuer, which says itself where its keys are (OpenID Connect Discovery). Default none.</summary>
    public string? Authority { get; init; }

    /// <summary>Where the keys are (RFC 7517); asked again every 12 hours, and at once, but not twice in ten seconds, for a key that is not known. Default none.</summary>
    public string? JwksUrl { get; init; }

    /// <summary>The secret that tokens are signed with: 32 bytes or more, of which HS384 takes no fewer than 48 and HS512 no fewer than 64. May stand beside keys, while one replaces the other. Default none.</summary>
    public string? Secret { get; init; }

    /// <summary>The tokens' <c>iss</c>; default what <see cref="Authority"/> says of itself.</summary>
    public string? Issuer { get; init; }

    /// <summary>One of the tokens' <c>aud</c>. Default <c>authenticated</c>, which is what Supabase Auth writes for users.</summary>
    public string Audience { get; init; } = "authenticated";

    /// <summary>By how much clocks may differ, 0 to 10 minutes. Default 30 s.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The claim that names a role: <c>observer</c>, <c>operator</c> or <c>admin</c>; anything else is a user. Dots lead into objects. Users must not be able to
    /// change it. Default <c>app_metadata.tus_upload_role</c>.
    /// </summary>
    public string RoleClaim { get; init; } = "app_metadata.tus_upload_role";

    /// <summary>The claim that names a plan of <c>Admission:Plans</c>. As <see cref="RoleClaim"/>. Default <c>app_metadata.tus_upload_plan</c>.</summary>
    public string PlanClaim { get; init; } = "app_metadata.tus_upload_plan";
}
