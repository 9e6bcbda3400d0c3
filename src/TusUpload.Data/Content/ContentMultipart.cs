namespace TusUpload.Data.Content;

/// <summary>An upload's multipart upload in the staging bucket.</summary>
public sealed class ContentMultipart
{
    public Guid SessionId { get; init; }

    /// <summary>The name that the object store gave it.</summary>
    public required string MultipartId { get; init; }

    /// <summary>Bytes of every part but the last.</summary>
    public long PartSize { get; init; }

    /// <summary>The parts were put together: the object is there under the upload's key.</summary>
    public bool IsCompleted { get; init; }

    /// <summary>The object is a file's: it stays when the upload's bytes go.</summary>
    public bool IsKept { get; init; }

    /// <summary>Up to this part somebody has begun to send: bytes of it may arrive for as long as the multipart upload lives.</summary>
    public int SentParts { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
