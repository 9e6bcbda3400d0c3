using System.Threading.Channels;

namespace TusUpload.Uploads.Completion;

/// <summary>
/// Tells the pipeline of this process which uploads have just become complete. Only a shortcut: the fact is in the database, and a sweeper finds
/// what is dropped here or was never said because the process died.
/// </summary>
public sealed class CompletedUploads
{
    private readonly Channel<Guid> _ids = Channel.CreateBounded<Guid>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public ChannelReader<Guid> Reader => _ids.Reader;

    public void Tell(Guid uploadId) => _ids.Writer.TryWrite(uploadId);
}
