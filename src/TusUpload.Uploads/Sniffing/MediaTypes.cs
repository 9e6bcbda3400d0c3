namespace TusUpload.Uploads.Sniffing;

/// <summary>Media types as rules compare them: without parameters, in lower case.</summary>
internal static class MediaTypes
{
    public const string Unknown = "application/octet-stream";

    /// <summary>Null where there is none.</summary>
    public static string? Essence(string? contentType)
    {
        var type = contentType.AsSpan();
        if (type.IndexOf(';') is >= 0 and var parameters)
        {
            type = type[..parameters];
        }

        return type.Trim() is { IsEmpty: false } essence ? essence.ToString().ToLowerInvariant() : null;
    }

    /// <summary>One type, or with a star at its end or its beginning all that begin or end like it: <c>image/*</c>, <c>*+zip</c>.</summary>
    public static bool Fits(string pattern, string type) => pattern switch
    {
        "*/*" => true,
        [.. var start, '*'] => type.StartsWith(start, StringComparison.OrdinalIgnoreCase),
        ['*', .. var end] => type.EndsWith(end, StringComparison.OrdinalIgnoreCase),
        _ => type.Equals(pattern, StringComparison.OrdinalIgnoreCase),
    };
}
