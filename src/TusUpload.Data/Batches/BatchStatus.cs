namespace TusUpload.Data.Batches;

/// <summary>The states of a batch, as they stand in the table and in the API.</summary>
public static class BatchStatus
{
    /// <summary>Files may join.</summary>
    public const string Open = "open";

    /// <summary>No file may join any more; some are on their way.</summary>
    public const string Sealed = "sealed";

    /// <summary>Ended, every file ready.</summary>
    public const string Completed = "completed";

    /// <summary>Ended: some files are ready, and some failed or did not come.</summary>
    public const string Partial = "partial";

    /// <summary>Ended, no file ready.</summary>
    public const string Failed = "failed";

    /// <summary>Its time ran out before its files had ended; those that had not are counted as failed.</summary>
    public const string Expired = "expired";
}
