namespace TusUpload.Data.Content;

/// <summary>Bytes of an upload that lie in the database, at most 1 MiB. Rows of an upload do not overlap.</summary>
public sealed class ContentRow
{
    /// <summary>The upload. No foreign key: a small upload's bytes come before its row.</summary>
    public Guid SessionId { get; init; }

    /// <summary>Of its first byte in the upload.</summary>
    public long Position { get; init; }

    public required byte[] Bytes { get; init; }
}
