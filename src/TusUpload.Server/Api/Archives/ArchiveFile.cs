namespace TusUpload.Server.Api.Archives;

/// <summary>A file as it goes into an archive. Properties and no constructor, so that a query can go on with it.</summary>
internal sealed record ArchiveFile
{
    public Guid Id { get; init; }

    /// <summary>
    /// Where it lies, with slashes, the last segment being what it was called when it came. Not to be trusted: a client may have said it. Null: at the top.
    /// </summary>
    public string? Path { get; init; }

    public required string FileName { get; init; }

    /// <summary>Bytes.</summary>
    public long FileSize { get; init; }

    public required string StoragePath { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
