using TusUpload.Data.Sessions;
using TusUpload.Uploads.Content;

namespace TusUpload.Uploads.Sessions;

/// <summary>A span of a running upload on its way to being committed.</summary>
internal sealed class Checkpoint(SessionState lease, CommittedSpan span, IContentWriter content)
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SessionState Lease => lease;

    public CommittedSpan Span => span;

    public IContentWriter Content => content;

    /// <summary>True: committed. False: fenced, the upload is another's now. Faulted: the bytes could not be made durable.</summary>
    public Task<bool> Done => _done.Task;

    public void Finish(bool committed) => _done.TrySetResult(committed);

    public void Fail(Exception trouble) => _done.TrySetException(trouble);
}
