using TusUpload.Server.Setup.SocketPool;

namespace TusUpload.UnitTests.Server.Setup.SocketPool;

public sealed class SocketBlocksTests
{
    [Fact]
    public void A_block_returned_twice_is_counted_and_given_to_one_only()
    {
        var blocks = new SocketBlocks(4096, maxIdle: 8);
        using var pool = new SocketMemoryPool(blocks);
        var stale = pool.Rent(1);
        stale.Dispose();
        using var owner = pool.Rent(4096);

        stale.Dispose();
        using var other = pool.Rent();

        Assert.Equal(1, blocks.DoubleReturns);
        Assert.Throws<ObjectDisposedException>(() => stale.Memory);
        other.Memory.Span[0] = 1;
        owner.Memory.Span[0] = 2;
        Assert.Equal(1, other.Memory.Span[0]);
        Assert.Equal(2, blocks.Rented);
    }

    [Fact]
    public void A_block_is_whole_whatever_is_asked_and_more_is_refused()
    {
        using var pool = new SocketMemoryPool(new SocketBlocks(65536, maxIdle: 8));
        using var small = pool.Rent(1);

        Assert.Equal(65536, small.Memory.Length);
        Assert.Equal(65536, pool.MaxBufferSize);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(65537));
    }

    [Fact]
    public void Idle_blocks_are_bounded()
    {
        var blocks = new SocketBlocks(4096, maxIdle: 2);
        var taken = Enumerable.Range(0, 5).Select(_ => blocks.Take()).ToList();

        taken.ForEach(blocks.Return);

        Assert.Equal((2, 0), (blocks.Idle, blocks.Rented));
    }

    [Fact]
    public void A_trim_drops_what_was_not_needed_since_the_last_one()
    {
        var blocks = new SocketBlocks(4096, maxIdle: 8);
        Enumerable.Range(0, 5).Select(_ => blocks.Take()).ToList().ForEach(blocks.Return);

        blocks.Trim();
        Assert.Equal(5, blocks.Idle);
        blocks.Return(Use(blocks.Take()));
        blocks.Return(Use(blocks.Take()));
        blocks.Trim();
        Assert.Equal(1, blocks.Idle);
        blocks.Trim();
        Assert.Equal(0, blocks.Idle);
        blocks.Trim();
        Assert.Equal(4096, blocks.Take().Length);

        static byte[] Use(byte[] block) => block;
    }

    [Fact]
    public async Task No_two_users_ever_hold_the_same_block()
    {
        var blocks = new SocketBlocks(4096, maxIdle: 4);
        using var pool = new SocketMemoryPool(blocks);

        await Task.WhenAll(Enumerable.Range(1, 8).Select(user => Task.Run(() =>
        {
            for (var round = 0; round < 2000; round++)
            {
                using var block = pool.Rent();
                block.Memory.Span.Fill((byte)user);
                if (round % 100 == 0)
                {
                    blocks.Trim();
                }

                Assert.False(block.Memory.Span.ContainsAnyExcept((byte)user));
            }
        }, TestContext.Current.CancellationToken)));

        Assert.Equal((0, 0), (blocks.Rented, blocks.DoubleReturns));
        Assert.InRange(blocks.Idle, 0, 4);
    }
}
