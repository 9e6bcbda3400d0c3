using System.Globalization;

using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Ietf;

/// <summary>Upload-Limit: what a client has to keep to. Never empty.</summary>
internal static class UploadLimit
{
    private const long LargestInteger = 999_999_999_999_999;

    /// <summary>For an upload that lives until <paramref name="expiresAt"/>; seconds are rounded down.</summary>
    public static string Of(TusOptions options, DateTimeOffset? expiresAt, TimeProvider time) =>
        Write(options, expiresAt is { } end ? end - time.GetUtcNow() : null);

    /// <summary>For uploads that are yet to be made.</summary>
    public static string Of(TusOptions options, ITusStore store) => Write(options, (store as ITusExpirationStore)?.ExpiresAfter);

    private static string Write(TusOptions options, TimeSpan? age)
    {
        var limits = new List<string>(3);
        if (options.MaxSize is { } size and <= LargestInteger)
        {
            limits.Add(string.Create(CultureInfo.InvariantCulture, $"max-size={size}"));
        }

        if (options.MaxChunkSize is { } chunk and <= LargestInteger)
        {
            limits.Add(string.Create(CultureInfo.InvariantCulture, $"max-append-size={chunk}"));
        }

        if (age is { } left)
        {
            limits.Add(string.Create(CultureInfo.InvariantCulture, $"max-age={Math.Max(0, (long)left.TotalSeconds)}"));
        }

        return limits.Count == 0 ? "min-size=0" : string.Join(", ", limits);
    }
}
