namespace TusUpload.Data.Sessions;

/// <summary>The states of an upload, as they stand in the table and in the API.</summary>
public static class SessionStatus
{
    /// <summary>More bytes may come.</summary>
    public const string Receiving = "receiving";

    /// <summary>The last byte is in; what happens next is the file's story.</summary>
    public const string Received = "received";

    /// <summary>Of a partial upload: its bytes are a part of its final's.</summary>
    public const string Joined = "joined";

    /// <summary>Nothing came in time.</summary>
    public const string Expired = "expired";

    /// <summary>Ended by its owner before the last byte.</summary>
    public const string Terminated = "terminated";
}
