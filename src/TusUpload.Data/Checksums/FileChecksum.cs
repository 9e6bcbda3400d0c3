namespace TusUpload.Data.Checksums;

/// <summary>Content that is stored, by its digest, and how many files have it.</summary>
public sealed class FileChecksum
{
    /// <summary>SHA-256, 64 lower hexadecimal digits.</summary>
    public required string Checksum { get; init; }

    /// <summary>Bytes.</summary>
    public long FileSize { get; init; }

    /// <summary>The object of the first file that had this content.</summary>
    public required string StoragePath { get; init; }

    /// <summary>Files that have this content.</summary>
    public int ReferenceCount { get; init; }

    public DateTimeOffset FirstSeenAt { get; init; }
}
