using System.Buffers;
using System.Runtime.InteropServices;

namespace TusUpload.Server.Setup.SocketPool;

/// <summary>
/// One use of a block. A new object for every use, which is little beside 64 KiB of payload: a second return finds its own lease empty
/// and so can never give away a block that somebody else has by then.
/// </summary>
internal sealed class BlockLease(SocketBlocks blocks, byte[] taken) : IMemoryOwner<byte>
{
    private byte[]? _block = taken;

    public Memory<byte> Memory
    {
        get
        {
            var block = Volatile.Read(ref _block);
            ObjectDisposedException.ThrowIf(block is null, this);
            return MemoryMarshal.CreateFromPinnedArray(block, 0, block.Length);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _block, null) is { } block)
        {
            blocks.Return(block);
            return;
        }

        blocks.CountDoubleReturn();
    }
}
