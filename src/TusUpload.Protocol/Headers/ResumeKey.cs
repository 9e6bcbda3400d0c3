using Microsoft.Extensions.Primitives;

using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Headers;

/// <summary>
/// What a client calls its upload, so that it finds it again without its address: <c>resumeKey</c> in Upload-Metadata, or the header
/// Idempotency-Key, with the quotation marks of a structured string or without. 1 to 255 characters, none of them a control character.
/// </summary>
internal static class ResumeKey
{
    private const int Longest = 255;
    private const string MetadataKey = "resumeKey";

    /// <summary>Null when there is a good key or none; otherwise the refusal.</summary>
    public static TusError? TryRead(StringValues header, UploadMetadata metadata, out string? key)
    {
        key = metadata.Find(MetadataKey);
        if (header.Count > 1)
        {
            return Refusals.InvalidResumeKey;
        }

        if (header.Count == 1)
        {
            var given = Unquote(header[0]!);
            if (key is not null && key != given)
            {
                return Refusals.InvalidResumeKey;
            }

            key = given;
        }

        return key is null || (key.Length is > 0 and <= Longest && !key.Any(char.IsControl)) ? null : Refusals.InvalidResumeKey;
    }

    private static string Unquote(string header)
    {
        var text = header.AsSpan().Trim(" \t");
        return new(text is ['"', .., '"'] ? text[1..^1] : text);
    }
}
