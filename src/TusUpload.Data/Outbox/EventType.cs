namespace TusUpload.Data.Outbox;

/// <summary>What is announced. Names are part of the API.</summary>
public static class EventType
{
    public const string UploadCreated = "upload.created";

    /// <summary>Never stored: sent to listening feeds only, at most once a second and per percent.</summary>
    public const string UploadProgress = "upload.progress";

    public const string UploadReceived = "upload.received";
    public const string UploadExpired = "upload.expired";
    public const string UploadTerminated = "upload.terminated";
    public const string FileProcessing = "file.processing";
    public const string FileReady = "file.ready";
    public const string FileRejected = "file.rejected";
    public const string FileFailed = "file.failed";
    public const string BatchCompleted = "batch.completed";

    /// <summary>A batch ended with some of its files ready and some not; the data says how many.</summary>
    public const string BatchPartial = "batch.partial";

    /// <summary>A batch ended without a file.</summary>
    public const string BatchFailed = "batch.failed";

    /// <summary>A batch's time ran out before its files had ended.</summary>
    public const string BatchExpired = "batch.expired";

    /// <summary>A user's, workspace's or link's storage has reached 80 or 95 % of its limit.</summary>
    public const string QuotaWarning = "quota.warning";
}
