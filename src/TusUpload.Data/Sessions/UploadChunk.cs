namespace TusUpload.Data.Sessions;

/// <summary>A span of bytes that was committed as one.</summary>
public sealed class UploadChunk
{
    public Guid SessionId { get; init; }

    /// <summary>0 for the first span.</summary>
    public int ChunkIndex { get; init; }

    /// <summary>Where it starts, in bytes.</summary>
    public long ChunkOffset { get; init; }

    /// <summary>Bytes.</summary>
    public long ChunkSize { get; init; }

    /// <summary>XXH128 of its bytes, 16 bytes, big-endian.</summary>
    public required byte[] Checksum { get; init; }

    public DateTimeOffset UploadedAt { get; init; }
}
