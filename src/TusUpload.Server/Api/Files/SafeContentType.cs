using Microsoft.Net.Http.Headers;

namespace TusUpload.Server.Api.Files;

/// <summary>What a file is served as. The client's word is taken for what a browser only shows, never for what it would run.</summary>
internal static class SafeContentType
{
    private const string Unknown = "application/octet-stream";

    public static string Of(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) && !type.MatchesAllTypes && !type.MatchesAllSubTypes && !IsActive(type)
            ? type.MediaType.ToString()
            : Unknown;

    private static bool IsActive(MediaTypeHeaderValue type) =>
        type.SubType.Value is { } name
        && (name.Contains("html", StringComparison.OrdinalIgnoreCase)
            || name.Contains("xml", StringComparison.OrdinalIgnoreCase)
            || name.Contains("script", StringComparison.OrdinalIgnoreCase)
            || name.Contains("flash", StringComparison.OrdinalIgnoreCase));
}
