using System.Buffers;

namespace TusUpload.Server.Setup.SocketPool;

/// <summary>The web server's view of the blocks. It makes one per queue of sockets; the blocks behind them are shared.</summary>
internal sealed class SocketMemoryPool(SocketBlocks blocks) : MemoryPool<byte>
{
    public override int MaxBufferSize => blocks.BlockSize;

    /// <summary>Always a whole block: pipes ask for 4 KiB, and a receive fills what it is given.</summary>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, blocks.BlockSize);
        return new BlockLease(blocks, blocks.Take());
    }

    protected override void Dispose(bool disposing)
    {
        // Connections that outlive the pool return their blocks to the shared stack.
    }
}
