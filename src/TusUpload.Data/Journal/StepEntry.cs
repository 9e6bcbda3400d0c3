namespace TusUpload.Data.Journal;

/// <summary>A pipeline step that is done for a file, with what later steps need from it.</summary>
public sealed class StepEntry
{
    public Guid FileId { get; init; }

    /// <summary>The step's stable name.</summary>
    public required string Step { get; init; }

    /// <summary>A JSON object: the digest, the storage path.</summary>
    public required string Output { get; init; }

    public DateTimeOffset FinishedAt { get; init; }
}
