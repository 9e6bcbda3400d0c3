namespace TusUpload.Protocol.Headers;

/// <summary>Compares a Content-Type without its parameters.</summary>
internal static class MediaType
{
    public static bool IsBytes(string? contentType) => Is(contentType, TusHeaders.BytesContentType);

    public static bool Is(string? contentType, string expected)
    {
        var type = contentType.AsSpan();
        var parameters = type.IndexOf(';');
        if (parameters >= 0)
        {
            type = type[..parameters];
        }

        return type.Trim().Equals(expected, StringComparison.OrdinalIgnoreCase);
    }
}
