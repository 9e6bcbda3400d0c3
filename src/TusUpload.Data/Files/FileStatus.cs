namespace TusUpload.Data.Files;

/// <summary>The states of a file, in their order, as they stand in the table and in the API.</summary>
public static class FileStatus
{
    public const string Received = "received";
    public const string Verifying = "verifying";
    public const string Scanning = "scanning";
    public const string Storing = "storing";

    /// <summary>Final: stored, counted, announced.</summary>
    public const string Ready = "ready";

    /// <summary>Final: refused for what it is; its bytes are gone and its reservation released.</summary>
    public const string Rejected = "rejected";

    /// <summary>Every retry failed: a person must look. Its bytes and its reservation are kept, and it can be replayed.</summary>
    public const string Failed = "failed";
}
