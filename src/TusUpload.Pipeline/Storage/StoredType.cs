using System.Net.Http.Headers;

namespace TusUpload.Pipeline.Storage;

/// <summary>What an object store is told of a file's type. Clients may say anything, and what no header can carry would look like a store that is away.</summary>
internal static class StoredType
{
    /// <summary>The media type alone, without parameters; null where the client named none.</summary>
    public static string? Of(string? contentType) => MediaTypeHeaderValue.TryParse(contentType, out var type) ? type.MediaType : null;
}
