using System.Threading.Channels;

namespace TusUpload.Uploads.Completion;

/// <summary>
/// Tells the pipeline of this process which uploads have just become complete. Only a shortcut: the fact is in the database, and a sweeper finds
/// what is dropped here or was never said because the process died.
/// </summary>
public sealed class CompletedUploads
{
    private readonly Channel<CompletedUpload> _uploads = Channel.CreateBounded<CompletedUpload>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public ChannelReader<CompletedUpload> Reader => _uploads.Reader;

    public void Tell(Guid uploadId, long size) => _uploads.Writer.TryWrite(new(uploadId, size));
}

/// <summary>An upload that has just become complete. <paramref name="Size"/> in bytes.</summary>
public sealed record CompletedUpload(Guid Id, long Size);
