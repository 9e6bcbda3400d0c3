namespace TusUpload.Protocol.Events;

/// <summary>
/// What an application hears of. The first three may refuse; when one of them throws, the client is told to come back. The others tell
/// what has happened already; when one of them throws, that is logged and the answer stays.
/// </summary>
public sealed class TusEvents
{
    /// <summary>Before each request but OPTIONS. Refuse with 401 or 403 what the store does not decide by itself.</summary>
    public Func<AuthorizeContext, Task>? OnAuthorize { get; set; }

    /// <summary>Before an upload is made; length and metadata have been checked for form.</summary>
    public Func<BeforeCreateContext, Task>? OnBeforeCreate { get; set; }

    /// <summary>Before an upload is terminated.</summary>
    public Func<BeforeDeleteContext, Task>? OnBeforeDelete { get; set; }

    /// <summary>An upload was made.</summary>
    public Func<CreateCompleteContext, Task>? OnCreateComplete { get; set; }

    /// <summary>An upload was terminated.</summary>
    public Func<DeleteCompleteContext, Task>? OnDeleteComplete { get; set; }

    /// <summary>
    /// The request in hand made the upload complete. Told at most once per upload, and lost when the process dies between the store's
    /// commit and the call: what must happen after the last byte belongs into the store. Not told of a final upload that a part completes later.
    /// </summary>
    public Func<FileCompleteContext, Task>? OnFileComplete { get; set; }
}
