namespace TusUpload.Pipeline.Steps;

/// <summary>
/// One thing that is done to every file. The runner has ensured that the file is being processed, that no other job of this process works on
/// it and that the step has not been journalled. A step may be killed anywhere and run again, and must leave the same as if it had run once.
/// An exception means that it is tried again later.
/// </summary>
internal interface IUploadStep
{
    /// <summary>Stable: it stands in the journal and in metrics.</summary>
    string Name { get; }

    /// <summary>What the file's state shows while it runs: one of <see cref="Data.Files.FileStatus"/>.</summary>
    string Status { get; }

    /// <summary>
    /// It takes less time than to say in a statement of its own that the steps before it are done: that is said with the file's end then, and all of them
    /// are repeated after a crash.
    /// </summary>
    bool IsQuick(UploadContext upload) => false;

    /// <summary>Does it. What later steps need is left in the context and journalled by the runner.</summary>
    Task<StepOutcome> RunAsync(UploadContext upload, CancellationToken cancellationToken);
}

/// <summary>What a step says: on to the next one, or a final refusal with a stable code and a message for people.</summary>
internal readonly record struct StepOutcome(string? Code, string? Message)
{
    public static readonly StepOutcome Continue;

    public bool IsRejection => Code is not null;

    public static StepOutcome Reject(string code, string message) => new(code, message);
}
