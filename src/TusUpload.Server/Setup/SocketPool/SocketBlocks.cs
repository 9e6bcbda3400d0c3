namespace TusUpload.Server.Setup.SocketPool;

/// <summary>
/// The idle blocks of the process, last in first out: what the processor's cache still holds is used first, and blocks at the bottom of the
/// stack show by lying there that they are not needed. Blocks are arrays that never move, so receiving pins nothing.
/// </summary>
internal sealed class SocketBlocks(int blockSize, int maxIdle)
{
    private readonly Lock _gate = new();
    private readonly byte[]?[] _idle = new byte[]?[maxIdle];
    private int _count;
    private int _untouched;
    private long _rented;
    private long _doubleReturns;

    public int BlockSize => blockSize;

    public int Idle
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    public long Rented => Interlocked.Read(ref _rented);

    public long DoubleReturns => Interlocked.Read(ref _doubleReturns);

    public byte[] Take()
    {
        Interlocked.Increment(ref _rented);
        lock (_gate)
        {
            if (_count > 0)
            {
                var block = _idle[--_count]!;
                _idle[_count] = null;
                _untouched = Math.Min(_untouched, _count);
                return block;
            }
        }

        return GC.AllocateUninitializedArray<byte>(blockSize, pinned: true);
    }

    public void Return(byte[] block)
    {
        Interlocked.Decrement(ref _rented);
        lock (_gate)
        {
            if (_count < maxIdle)
            {
                _idle[_count++] = block;
            }
        }
    }

    public void CountDoubleReturn() => Interlocked.Increment(ref _doubleReturns);

    /// <summary>Drops the blocks that were not touched since the last trim.</summary>
    public void Trim()
    {
        lock (_gate)
        {
            Array.Copy(_idle, _untouched, _idle, 0, _count - _untouched);
            Array.Clear(_idle, _count - _untouched, _untouched);
            _count -= _untouched;
            _untouched = _count;
        }
    }
}
