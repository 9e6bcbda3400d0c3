namespace TusUpload.Protocol.Bodies;

/// <summary>Why no more bytes come. Stage and side at fault in one closed list, so that a store never sees a network exception.</summary>
public enum BodyEnd
{
    /// <summary>More may come.</summary>
    None,

    /// <summary>The body arrived whole.</summary>
    Completed,

    /// <summary>The client hung up or reset the connection, or its framing broke off.</summary>
    ClientGone,

    /// <summary>No byte came for the idle timeout.</summary>
    Idle,

    /// <summary>A newer request for the same upload took over.</summary>
    TakenOver,

    /// <summary>The server is shutting down.</summary>
    Draining,

    /// <summary>The body is longer than <see cref="TusBody.Limit"/>.</summary>
    TooLong,

    /// <summary>The body is longer than <see cref="TusBody.Room"/>; what is in it so far is good.</summary>
    Full,
}
