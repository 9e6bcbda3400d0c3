namespace TusUpload.Data.Batches;

/// <summary>A line of a batch's manifest: a file that was announced.</summary>
public sealed class BatchFile
{
    public Guid BatchId { get; init; }

    /// <summary>Its place in the manifest, from 0.</summary>
    public int Ordinal { get; init; }

    /// <summary>As the upload will be called, with its relative path where it has one.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes; null: any number.</summary>
    public long? Size { get; init; }

    /// <summary>The upload that came for it; null: none yet.</summary>
    public Guid? UploadId { get; init; }
}
