using System.Buffers;

using TusUpload.Data.Sessions;
using TusUpload.IntegrationTests.Data;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Uploads.Content;

namespace TusUpload.IntegrationTests.Uploads.Content;

/// <summary>What every content has to do, whatever holds the bytes. Leases are real ones: the sessions lie in a database of their own.</summary>
public abstract class ContentCompliance(PostgresServer postgres) : IAsyncLifetime
{
    private const int Mebi = 1 << 20;

    private TestDatabase _database = null!;
    private IUploadContent _content = null!;

    /// <summary>Bytes whose lease was lost are refused. False: they lie where the same client's same bytes lie, and no commit tells of them.</summary>
    protected virtual bool RefusesLostLeases => true;

    /// <summary>Bytes of an upload that changes hands; more than one unit of what holds them.</summary>
    protected virtual int SizeOfHandedOver => 3 * Mebi;

    private protected TestDatabase Database => _database;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(postgres);
        _content = await StartAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    /// <summary>Another node over the same bytes. Called after <see cref="Database"/> is there.</summary>
    protected abstract ValueTask<IUploadContent> StartAsync();

    [Fact]
    public async Task What_was_reserved_takes_its_bytes()
    {
        var bytes = Bytes(1, 10_000);
        var id = await CreateAsync(bytes.Length);
        await _content.ReserveAsync(id, bytes.Length, Ct);

        await AppendAsync(_content, id, bytes, 0, bytes.Length);

        await AssertReadsAsync(_content, id, bytes);
    }

    [Theory]
    [InlineData(1, 1, 500)]
    [InlineData(7, 13, 100_000)]
    [InlineData(4096, 4096, 3 * Mebi)]
    [InlineData(Mebi - 1, 65_537, (2 * Mebi) + 3)]
    [InlineData((2 * Mebi) + 1, 1_000_003, 5 * Mebi)]
    public async Task Pieces_of_any_size_and_make_come_out_as_they_went_in(int piece, int block, int size)
    {
        var bytes = Bytes(2, size);
        var id = await CreateAsync(size);

        await AppendAsync(_content, id, bytes, 0, size, piece, block);

        await AssertReadsAsync(await StartAsync(), id, bytes);
    }

    [Fact]
    public async Task A_block_is_the_callers_again_once_it_was_taken()
    {
        var (bytes, block) = (Bytes(3, 3 * Mebi), new byte[100_000]);
        var id = await CreateAsync(bytes.Length);
        var lease = await TakeAsync(id, 0);
        await using (var writer = await _content.OpenWriterAsync(LeaseOf(lease), 0, Ct))
        {
            for (var at = 0; at < bytes.Length; at += block.Length)
            {
                var length = Math.Min(block.Length, bytes.Length - at);
                bytes.AsSpan(at, length).CopyTo(block);
                await writer.WriteAsync(new(block.AsMemory(0, length)), at, Ct);
                block.AsSpan().Fill(0xEE);
            }

            await writer.FlushAsync(Ct);
        }

        await CommitAsync(lease, bytes.Length);
        await AssertReadsAsync(_content, id, bytes);
    }

    [Fact]
    public async Task What_was_flushed_is_there_for_another_node_to_go_on_with()
    {
        var bytes = Bytes(4, (2 * Mebi) + 77);
        var id = await CreateAsync(bytes.Length);
        int[] stops = [1, 4097, Mebi, Mebi + 1, bytes.Length - 1, bytes.Length];

        var offset = 0;
        foreach (var stop in stops)
        {
            await AppendAsync(await StartAsync(), id, bytes, offset, stop);
            offset = stop;
        }

        await AssertReadsAsync(await StartAsync(), id, bytes);
    }

    [Fact]
    public async Task A_writer_flushes_as_often_as_it_likes_and_goes_on()
    {
        var bytes = Bytes(5, (2 * Mebi) + 5);
        var id = await CreateAsync(bytes.Length);
        var lease = await TakeAsync(id, 0);
        await using (var writer = await _content.OpenWriterAsync(LeaseOf(lease), 0, Ct))
        {
            await writer.FlushAsync(Ct);
            for (var at = 0; at < bytes.Length; at += 50_021)
            {
                await writer.WriteAsync(new(bytes.AsMemory(at, Math.Min(50_021, bytes.Length - at))), at, Ct);
                await writer.FlushAsync(Ct);
                await writer.FlushAsync(Ct);
            }
        }

        await CommitAsync(lease, bytes.Length);
        await AssertReadsAsync(_content, id, bytes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bytes_that_no_commit_tells_of_are_nobodys(bool flushed)
    {
        var bytes = Bytes(6, (3 * Mebi) + 11);
        var id = await CreateAsync(bytes.Length);
        await AppendAsync(_content, id, bytes, 0, 1_000);
        await WriteAsync(_content, await TakeAsync(id, 1_000), new byte[bytes.Length], 1_000, (2 * Mebi) + 5, flush: flushed);

        await AppendAsync(await StartAsync(), id, bytes, 1_000, 2_000);
        await AppendAsync(_content, id, bytes, 2_000, bytes.Length);

        await AssertReadsAsync(_content, id, bytes);
    }

    [Fact]
    public async Task The_first_bytes_of_an_upload_that_goes_on_are_read_and_nothing_else_is_done_to_it()
    {
        var bytes = Bytes(16, 6 * Mebi);
        var id = await CreateAsync(bytes.Length);
        await AppendAsync(_content, id, bytes, 0, 1_000);

        // A writer that died: what it wrote was not committed.
        await WriteAsync(_content, await TakeAsync(id, 1_000), bytes, 1_000, bytes.Length, flush: true);
        await using (var first = await (await StartAsync()).OpenFirstAsync(id, 1_000, Ct))
        {
            var read = new byte[1_000];
            await first.ReadExactlyAsync(read, Ct);
            Assert.Equal(bytes[..1_000], read);
        }

        await AppendAsync(await StartAsync(), id, bytes, 1_000, bytes.Length);
        await AssertReadsAsync(_content, id, bytes);
    }

    [Fact]
    public async Task Acknowledged_bytes_that_are_gone_are_not_written_over()
    {
        var id = await CreateAsync(100);
        await CommitAsync(await TakeAsync(id, 0), 10);
        var lease = LeaseOf(await TakeAsync(id, 10));
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await _content.OpenWriterAsync(lease, 10, Ct));

        var shorter = await CreateAsync(100);
        await WriteAsync(_content, await TakeAsync(shorter, 0), Bytes(7, 100), 0, 5);
        await CommitAsync(await TakeAsync(shorter, 0), 10);
        lease = LeaseOf(await TakeAsync(shorter, 10));

        await Assert.ThrowsAsync<FileNotFoundException>(async () => await _content.OpenWriterAsync(lease, 10, Ct));
    }

    [Fact]
    public async Task Content_that_is_gone_is_not_read()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await _content.OpenReadAsync(Guid.CreateVersion7(), 10, Ct));
        var bytes = Bytes(8, 100);
        var id = await CreateAsync(bytes.Length);
        await AppendAsync(_content, id, bytes, 0, bytes.Length);

        await _content.DeleteAsync(id, Ct);
        await _content.DeleteAsync(id, Ct);

        await Assert.ThrowsAsync<FileNotFoundException>(async () => await _content.OpenReadAsync(id, bytes.Length, Ct));
        await _content.DeleteAsync(Guid.CreateVersion7(), Ct);
    }

    [Fact]
    public async Task A_reader_goes_where_it_likes()
    {
        var bytes = Bytes(9, (3 * Mebi) + 123);
        var id = await CreateAsync(bytes.Length);
        await AppendAsync(_content, id, bytes, 0, bytes.Length, piece: 700_001);
        var random = new Random(9);
        var buffer = new byte[2 * Mebi];
        await using var stream = await _content.OpenReadAsync(id, bytes.Length, Ct);

        Assert.True(stream.CanSeek);
        Assert.Equal(0, stream.Position);
        for (var turn = 0; turn < 40; turn++)
        {
            var at = random.Next(bytes.Length);
            var length = random.Next(1, Math.Min(buffer.Length, bytes.Length - at) + 1);
            Assert.Equal(at, turn % 2 == 0 ? stream.Position = at : stream.Seek(at - stream.Position, SeekOrigin.Current));
            await stream.ReadExactlyAsync(buffer.AsMemory(0, length), Ct);
            Assert.True(bytes.AsSpan(at, length).SequenceEqual(buffer.AsSpan(0, length)), $"[{at}, {at + length})");
            Assert.Equal(at + length, stream.Position);
        }
    }

    [Fact]
    public async Task What_lies_behind_the_length_does_not_matter()
    {
        var bytes = Bytes(10, 3_000);
        var id = await CreateAsync(2_000);
        var lease = await TakeAsync(id, 0);
        await WriteAsync(_content, lease, bytes, 0, 3_000);
        await CommitAsync(lease, 2_000);

        Assert.Equal(bytes[..2_000], await ReadAsync(_content, id, 2_000));
    }

    [Fact]
    public async Task An_upload_of_no_bytes_is_read_as_such()
    {
        var id = Guid.CreateVersion7();
        await WriteAsync(_content, ContentLease.Unknown(id), [], 0, 0);

        await using (var stream = await _content.OpenReadAsync(id, 0, Ct))
        {
            Assert.Equal(0, await stream.ReadAsync(new byte[10], Ct));
        }

        await _content.DeleteAsync(id, Ct);
    }

    [Fact]
    public async Task Bytes_may_come_before_their_row()
    {
        var bytes = Bytes(11, 300_000);
        var id = Guid.CreateVersion7();

        await WriteAsync(_content, ContentLease.Unknown(id), bytes, 0, bytes.Length);

        Assert.Equal(bytes, await ReadAsync(await StartAsync(), id, bytes.Length));
    }

    [Fact]
    public async Task An_upload_that_is_removed_while_it_is_written_can_be_removed_again()
    {
        var bytes = Bytes(12, 2 * Mebi);
        var id = await CreateAsync(bytes.Length);
        var lease = LeaseOf(await TakeAsync(id, 0));
        await using (var writer = await _content.OpenWriterAsync(lease, 0, Ct))
        {
            await writer.WriteAsync(new(bytes), 0, Ct);
            await _content.DeleteAsync(id, Ct);
            try
            {
                await writer.FlushAsync(Ct);
            }
            catch (IOException)
            {
                // It may notice.
            }
        }

        await _content.DeleteAsync(id, Ct);

        await Assert.ThrowsAsync<FileNotFoundException>(async () => await _content.OpenReadAsync(id, bytes.Length, Ct));
        Assert.DoesNotContain(id, await ListAsync(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task Uploads_are_listed_when_they_have_not_changed_for_long_enough()
    {
        var bytes = Bytes(13, 5_000);
        var (first, second) = (await CreateAsync(bytes.Length), await CreateAsync(bytes.Length));
        await AppendAsync(_content, first, bytes, 0, bytes.Length);
        await AppendAsync(_content, second, bytes, 0, 2_000);
        await AppendAsync(_content, second, bytes, 2_000, 4_000);

        Assert.Equal(new[] { first, second }.Order(), (await ListAsync(TimeSpan.FromMinutes(1))).Order());
        Assert.Empty(await ListAsync(TimeSpan.FromMinutes(-1)));

        await _content.DeleteAsync(first, Ct);
        Assert.Equal([second], await ListAsync(TimeSpan.FromMinutes(1)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task After_64_changes_of_hands_every_byte_is_the_one_that_was_acknowledged(int seed)
    {
        var random = new Random(seed);
        IUploadContent[] nodes = [_content, await StartAsync(), await StartAsync()];
        var bytes = Bytes(seed, SizeOfHandedOver);
        var id = await CreateAsync(bytes.Length);
        var log = new List<string>();
        var offset = 0;
        for (var turn = 0; turn < 64; turn++)
        {
            var lease = await TakeAsync(id, offset);
            var end = turn == 63 ? bytes.Length : Math.Min(bytes.Length - 1, offset + 1 + random.Next(bytes.Length / 16));
            var dies = turn < 63 && (end <= offset || random.Next(4) == 0);
            log.Add($"{offset}..{end}{(dies ? " dies" : "")}");
            var sent = dies ? Bytes(turn, bytes.Length) : bytes;
            await WriteAsync(nodes[random.Next(3)], lease, sent, offset, Math.Max(end, offset), random.Next(1, 200_000), flush: !dies || random.Next(2) == 0);
            if (!dies)
            {
                // Somewhere in what was flushed: a commit tells of what was there when its span was cut.
                offset = turn == 63 || random.Next(3) > 0 ? end : random.Next(offset + 1, end + 1);
                await CommitAsync(lease, offset);
            }
        }

        var read = await ReadAsync(nodes[random.Next(3)], id, bytes.Length);
        Assert.True(bytes.AsSpan().SequenceEqual(read), string.Join(", ", log));
    }

    [Fact]
    public async Task A_writer_whose_lease_was_lost_changes_nothing()
    {
        var bytes = Bytes(14, 2 * Mebi);
        var id = await CreateAsync(bytes.Length);
        await AppendAsync(_content, id, bytes, 0, 1_000);
        var old = await TakeAsync(id, 1_000);
        await using var frozen = await _content.OpenWriterAsync(LeaseOf(old), 1_000, Ct);
        var late = RefusesLostLeases ? new byte[bytes.Length] : bytes;
        await frozen.WriteAsync(new(late.AsMemory(1_000, 500)), 1_000, Ct);

        // The new one is in the middle of it when the old one wakes up.
        var taken = await TakeAsync(id, 1_000);
        var other = await StartAsync();
        await using (var writer = await other.OpenWriterAsync(LeaseOf(taken), 1_000, Ct))
        {
            await writer.WriteAsync(new(bytes.AsMemory(1_000, 3_000)), 1_000, Ct);
            await writer.FlushAsync(Ct);
            await AssertTooLateAsync(frozen, late);
            await writer.WriteAsync(new(bytes.AsMemory(4_000)), 4_000, Ct);
            await writer.FlushAsync(Ct);
        }

        await CommitAsync(taken, bytes.Length);
        await AssertTooLateAsync(frozen, late);
        Assert.Null(await TryCommitAsync(old, 1_500));
        if (RefusesLostLeases)
        {
            await Assert.ThrowsAsync<ContentFencedException>(async () =>
                await WriteAsync(_content, old, late, 1_000, late.Length));
        }

        await AssertReadsAsync(other, id, bytes);
    }

    [Fact]
    public async Task A_call_that_is_cancelled_leaves_an_upload_that_can_go_on()
    {
        var bytes = Bytes(15, (2 * Mebi) + 9);
        var id = await CreateAsync(bytes.Length);
        await AppendAsync(_content, id, bytes, 0, 100);
        var gone = new CancellationToken(canceled: true);
        var lease = LeaseOf(await TakeAsync(id, 100));
        await CancelledAsync(async () =>
        {
            await using var none = await _content.OpenWriterAsync(lease, 100, gone);
        });
        await using (var writer = await _content.OpenWriterAsync(lease, 100, Ct))
        {
            await CancelledAsync(() => writer.WriteAsync(new(new byte[2 * Mebi]), 100, gone));
            await CancelledAsync(() => writer.FlushAsync(gone));
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _content.ListAsync(TestDatabase.Now, gone).ToListAsync(gone));
        await AppendAsync(_content, id, bytes, 100, bytes.Length);

        await AssertReadsAsync(_content, id, bytes);
    }

    [Fact]
    public async Task Uploads_do_not_meet()
    {
        IUploadContent[] nodes = [_content, await StartAsync()];
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async number =>
        {
            var bytes = Bytes(100 + number, 200_000 + (number * 150_001));
            var id = await CreateAsync(bytes.Length);
            for (var at = 0; at < bytes.Length; at += 333_333)
            {
                await AppendAsync(nodes[number % 2], id, bytes, at, Math.Min(bytes.Length, at + 333_333), piece: 10_007);
            }

            await AssertReadsAsync(nodes[(number + 1) % 2], id, bytes);
        }));
    }

    [Fact]
    public async Task A_large_upload_needs_little_memory()
    {
        const int Size = 64 * Mebi;
        var (piece, read) = (new byte[128 * 1024], new byte[128 * 1024]);
        var id = await CreateAsync(Size);
        var lease = await TakeAsync(id, 0);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var held = long.MaxValue;
        await using (var writer = await _content.OpenWriterAsync(LeaseOf(lease), 0, Ct))
        {
            for (var at = 0; at < Size; at += piece.Length)
            {
                new Random(at).NextBytes(piece);
                await writer.WriteAsync(new(piece), at, Ct);
                if (at > Size / 2 && at % (4 * Mebi) == 0)
                {
                    // Other tests run beside this one: the least of several.
                    held = Math.Min(held, GC.GetTotalMemory(forceFullCollection: true));
                }
            }

            await writer.FlushAsync(Ct);
        }

        await CommitAsync(lease, Size);
        await using var stream = await _content.OpenReadAsync(id, Size, Ct);
        for (var at = 0; at < Size; at += piece.Length)
        {
            new Random(at).NextBytes(piece);
            await stream.ReadExactlyAsync(read, Ct);
            Assert.True(piece.AsSpan().SequenceEqual(read), $"at {at}");
        }

        Assert.True(held - before < Size / 2, $"{(held - before) >> 20} MiB are held while more than 32 MiB were written");
    }

    private protected static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private protected static ContentLease LeaseOf(SessionState lease) => new(lease.Id, lease.LeaseNode, lease.LeaseEpoch);

    private protected async Task<Guid> CreateAsync(long size)
    {
        var session = _database.Session(size);
        Assert.True((await _database.CreateAsync(session)).Made);
        return session.Id;
    }

    /// <summary>The lease of a node that is new and never says that it lives, so that anybody may take it over.</summary>
    private protected async Task<SessionState> TakeAsync(Guid id, long offset)
    {
        var lease = await _database.Get<SessionLeases>().TakeAsync(
            id, TestDatabase.User, offset, Guid.CreateVersion7(), TimeSpan.FromSeconds(5), TestDatabase.Now, Ct);
        Assert.NotNull(lease);
        return lease;
    }

    private protected async Task CommitAsync(SessionState lease, long end) => Assert.NotNull(await TryCommitAsync(lease, end));

    /// <summary>One PATCH.</summary>
    private protected async Task AppendAsync(IUploadContent content, Guid id, byte[] bytes, int start, int end, int piece = 65_536, int block = 4_096)
    {
        var lease = await TakeAsync(id, start);
        await WriteAsync(content, lease, bytes, start, end, piece, block);
        await CommitAsync(lease, end);
    }

    private protected static Task WriteAsync(
        IUploadContent content, SessionState lease, byte[] bytes, int start, int end, int piece = 65_536, int block = 4_096, bool flush = true) =>
        WriteAsync(content, LeaseOf(lease), bytes, start, end, piece, block, flush);

    private protected static async Task WriteAsync(
        IUploadContent content, ContentLease lease, byte[] bytes, int start, int end, int piece = 65_536, int block = 4_096, bool flush = true)
    {
        await using var writer = await content.OpenWriterAsync(lease, start, Ct);
        for (var at = start; at < end; at += piece)
        {
            await writer.WriteAsync(Sequence(bytes.AsMemory(at, Math.Min(piece, end - at)), block), at, Ct);
        }

        if (flush)
        {
            await writer.FlushAsync(Ct);
        }
    }

    private protected static async Task<byte[]> ReadAsync(IUploadContent content, Guid id, int length)
    {
        await using var stream = await content.OpenReadAsync(id, length, Ct);
        var read = new byte[length];
        await stream.ReadExactlyAsync(read, Ct);
        return read;
    }

    private protected static async Task AssertReadsAsync(IUploadContent content, Guid id, byte[] expected)
    {
        var read = await ReadAsync(content, id, expected.Length);
        Assert.True(expected.AsSpan().SequenceEqual(read));
    }

    private async Task<List<Guid>> ListAsync(TimeSpan ahead) => await _content.ListAsync(TestDatabase.Now + ahead, Ct).ToListAsync(Ct);

    private Task<SessionState?> TryCommitAsync(SessionState lease, long end) => _database.Get<SessionCommits>().CommitAsync(
        lease, new(lease.UploadedSize, end, new byte[16]), null, true, TestDatabase.Now, TestDatabase.Now.AddHours(1), Ct);

    private async Task AssertTooLateAsync(IContentWriter frozen, byte[] late)
    {
        if (RefusesLostLeases)
        {
            await Assert.ThrowsAsync<ContentFencedException>(async () => await frozen.FlushAsync(Ct));
            return;
        }

        await frozen.WriteAsync(new(late.AsMemory(1_500, 500)), 1_500, Ct);
        await frozen.FlushAsync(Ct);
    }

    private static async Task CancelledAsync(Func<ValueTask> call)
    {
        try
        {
            await call();
        }
        catch (OperationCanceledException)
        {
            // Or it was quicker.
        }
    }

    private static ReadOnlySequence<byte> Sequence(ReadOnlyMemory<byte> bytes, int block)
    {
        if (bytes.Length <= block)
        {
            return new(bytes);
        }

        var first = new Segment(bytes[..block], 0);
        var last = first;
        for (var at = block; at < bytes.Length; at += block)
        {
            last = last.Append(bytes.Slice(at, Math.Min(block, bytes.Length - at)));
        }

        return new(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long start) => (Memory, RunningIndex) = (memory, start);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
