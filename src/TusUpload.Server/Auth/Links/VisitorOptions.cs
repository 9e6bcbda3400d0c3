namespace TusUpload.Server.Auth.Links;

/// <summary>Visitors of share links. Section <c>Auth:Links</c>.</summary>
internal sealed class VisitorOptions
{
    public static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>How long a link token is good for, one minute to 30 days; for as long again its visitor may have a new one. Default 24 h.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(24);
}
