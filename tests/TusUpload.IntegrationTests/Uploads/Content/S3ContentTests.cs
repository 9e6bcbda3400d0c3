using Microsoft.EntityFrameworkCore;

using TusUpload.Data.Content;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Content.S3;

namespace TusUpload.IntegrationTests.Uploads.Content;

public sealed class S3ContentTests(PostgresServer postgres, CephRgw ceph) : IAsyncLifetime
{
    private const int Part = S3Nodes.PartSize;

    private S3Nodes _nodes = null!;
    private S3Content _node = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _nodes = await S3Nodes.CreateAsync(postgres, ceph);
        _node = _nodes.Start();
    }

    public async ValueTask DisposeAsync()
    {
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(Part - 30_000)]
    [InlineData(Part)]
    [InlineData(Part + 30_000)]
    public async Task What_came_before_a_full_disk_is_kept_wherever_a_part_ends(int offset)
    {
        await using var disk = await SmallDisk.MountAsync(bytes: 6 << 20);
        var bytes = Bytes(new(7), 2 * Part);
        var id = await _nodes.CreateAsync(bytes.Length);
        var lease = await _nodes.TakeAsync(id, 0);
        await using (var writer = await _nodes.Start(folder: disk.Path).OpenWriterAsync(S3Nodes.LeaseOf(lease), 0, Ct))
        {
            await writer.WriteAsync(new(bytes.AsMemory(0, offset)), 0, Ct);
            await Assert.ThrowsAsync<StorageFullException>(async () => await writer.WriteAsync(new(bytes.AsMemory(offset, 2_000_000)), offset, Ct));
            await writer.FlushAsync(Ct);
        }

        await _nodes.CommitAsync(lease, offset);
        lease = await _nodes.TakeAsync(id, offset);
        await using (var writer = await _node.OpenWriterAsync(S3Nodes.LeaseOf(lease), offset, Ct))
        {
            await writer.WriteAsync(new(bytes.AsMemory(offset)), offset, Ct);
            await writer.FlushAsync(Ct);
        }

        await _nodes.CommitAsync(lease, bytes.Length);
        await using var stream = await _node.OpenReadAsync(id, bytes.Length, Ct);
        var read = new byte[bytes.Length];
        await stream.ReadExactlyAsync(read, Ct);
        Assert.True(bytes.AsSpan().SequenceEqual(read));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Nodes_take_turns_and_die_and_every_committed_byte_is_there(int seed)
    {
        var random = new Random(seed);
        S3Content[] nodes = [_node, _nodes.Start(), _nodes.Start()];
        var bytes = Bytes(random, random.Next(3 * Part, 5 * Part));
        var id = await _nodes.CreateAsync(random.Next(2) == 0 ? bytes.Length : null);
        var log = new List<string>();

        for (var offset = 0; offset < bytes.Length;)
        {
            var end = Math.Min(bytes.Length, offset + random.Next(1, random.Next(2) == 0 ? Part * 2 : Part / 2));
            var lease = await _nodes.TakeAsync(id, offset);
            var writer = await nodes[random.Next(nodes.Length)].OpenWriterAsync(S3Nodes.LeaseOf(lease), offset, Ct);
            var way = random.Next(4);
            var marked = 0;
            log.Add($"{offset}..{end} {way}");
            for (var at = offset; at < end;)
            {
                var piece = Math.Min(end - at, random.Next(1, 1 << 20));
                await writer.WriteAsync(new(bytes.AsMemory(at, piece)), at, Ct);
                at += piece;
                if (random.Next(4) == 0)
                {
                    writer.Mark();
                    marked = at;
                }

                if (random.Next(4) == 0)
                {
                    await writer.FlushAsync(Ct);
                }
            }

            if (way > 0)
            {
                await writer.FlushAsync(Ct);
            }

            if (way > 1)
            {
                // A checkpoint commits what was there when its span was cut, and is flushed later.
                var committed = way == 2 && marked > 0 ? marked : end;
                await _nodes.CommitAsync(lease, committed);
                offset = committed;
            }

            await writer.DisposeAsync();
        }

        await S3Nodes.AssertReadsAsync(nodes[random.Next(nodes.Length)], id, bytes, log);
        await _node.DeleteAsync(id, Ct);
        await _nodes.AssertEmptyAsync();
    }

    [Fact]
    public async Task An_upload_smaller_than_a_part_never_touches_the_store()
    {
        var away = _nodes.Start(new Uri("http://127.0.0.1:1"));
        var bytes = Bytes(new(1), Part - 1);
        var id = await _nodes.CreateAsync(bytes.Length);

        await _nodes.AppendAsync(away, id, bytes, 0, 3_000_000);
        await _nodes.AppendAsync(away, id, bytes, 3_000_000, bytes.Length);

        await S3Nodes.AssertReadsAsync(away, id, bytes);
        await away.DeleteAsync(id, Ct);
        await _nodes.AssertEmptyAsync();
    }

    [Fact]
    public async Task A_writer_whose_lease_was_taken_changes_nothing()
    {
        var bytes = Bytes(new(2), 2 * Part);
        var id = await _nodes.CreateAsync(bytes.Length);
        await _nodes.AppendAsync(_node, id, bytes, 0, 1000);
        var old = await _nodes.TakeAsync(id, 1000);
        await using var frozen = await _node.OpenWriterAsync(S3Nodes.LeaseOf(old), 1000, Ct);
        await frozen.WriteAsync(new(bytes.AsMemory(1000, 500)), 1000, Ct);
        var taken = await _nodes.TakeAsync(id, 1000);

        await Assert.ThrowsAsync<ContentFencedException>(async () => await frozen.FlushAsync(Ct));
        await frozen.WriteAsync(new(new byte[Part]), 1500, Ct);
        await Assert.ThrowsAsync<ContentFencedException>(async () => await frozen.FlushAsync(Ct));
        await Assert.ThrowsAsync<ContentFencedException>(async () => await _node.OpenWriterAsync(S3Nodes.LeaseOf(old), 1000, Ct));

        Assert.Null(await _nodes.Multiparts.FindAsync(id, long.MaxValue, Ct));
        Assert.Empty((await _nodes.Bucket.Multiparts.ListAsync("", null, Ct)).Uploads);
        Assert.Equal(1000, await RowBytesAsync(id));
        await using var next = await _node.OpenWriterAsync(S3Nodes.LeaseOf(taken), 1000, Ct);
    }

    [Fact]
    public async Task A_part_that_was_sent_and_never_noted_is_sent_again()
    {
        var bytes = Bytes(new(3), (2 * Part) + 10);
        var id = await _nodes.CreateAsync(bytes.Length);
        await _nodes.AppendAsync(_node, id, bytes, 0, Part + 5);
        var (multipart, _) = (await _nodes.Multiparts.FindAsync(id, long.MaxValue, Ct))!.Value;

        // Killed after it: the store has a second part, not even the right one, and nobody knows.
        await _nodes.Bucket.Multiparts.PutAsync(_nodes.KeyOf(id), multipart.Id, 2, await S3Body.OfAsync(new MemoryStream(new byte[Part]), Ct), Ct);
        await _nodes.AppendAsync(_nodes.Start(), id, bytes, Part + 5, bytes.Length);

        await S3Nodes.AssertReadsAsync(_node, id, bytes);
    }

    [Fact]
    public async Task A_part_that_was_noted_counts_only_when_the_offset_has_passed_it()
    {
        var bytes = Bytes(new(4), Part + 100);
        var id = await _nodes.CreateAsync(bytes.Length);
        await _nodes.AppendAsync(_node, id, bytes, 0, 1_500_000);

        // Killed between the note and the commit, with other bytes than those that come at last.
        var lease = await _nodes.TakeAsync(id, 1_500_000);
        await using (var killed = await _node.OpenWriterAsync(S3Nodes.LeaseOf(lease), 1_500_000, Ct))
        {
            await killed.WriteAsync(new(new byte[Part]), 1_500_000, Ct);
            await killed.FlushAsync(Ct);
        }

        Assert.Single((await _nodes.Multiparts.FindAsync(id, long.MaxValue, Ct))!.Value.Etags);
        await _nodes.AppendAsync(_nodes.Start(), id, bytes, 1_500_000, bytes.Length);

        await S3Nodes.AssertReadsAsync(_node, id, bytes);
    }

    [Fact]
    public async Task Rows_go_when_their_part_is_committed_and_no_earlier()
    {
        var bytes = Bytes(new(5), 3 * Part);
        var id = await _nodes.CreateAsync(bytes.Length);
        await _nodes.AppendAsync(_node, id, bytes, 0, 1000);
        await _nodes.AppendAsync(_node, id, bytes, 1000, Part + 1);
        Assert.Equal(1000 + 1, await RowBytesAsync(id));

        await _nodes.AppendAsync(_node, id, bytes, Part + 1, (2 * Part) + 7);

        Assert.Equal(1 + 7, await RowBytesAsync(id));
    }

    [Fact]
    public async Task Acknowledged_bytes_that_are_gone_are_not_written_over()
    {
        var bytes = Bytes(new(6), 2 * Part);
        var id = await _nodes.CreateAsync(bytes.Length);
        await _nodes.AppendAsync(_node, id, bytes, 0, Part + 1);
        await _nodes.Database.Get<ContentRows>().DeleteAsync(id, Ct);
        var lease = await _nodes.TakeAsync(id, Part + 1);

        await Assert.ThrowsAsync<FileNotFoundException>(async () => await _node.OpenWriterAsync(S3Nodes.LeaseOf(lease), Part + 1, Ct));
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await _node.OpenReadAsync(id, Part + 1, Ct));
    }

    [Fact]
    public async Task A_completion_that_was_never_noted_is_noted_by_the_next_reader()
    {
        var bytes = Bytes(new(7), 2 * Part);
        var id = await _nodes.CreateAsync(bytes.Length);
        await _nodes.AppendAsync(_node, id, bytes, 0, bytes.Length);
        var (multipart, etags) = (await _nodes.Multiparts.FindAsync(id, bytes.Length, Ct))!.Value;
        Assert.True(await _nodes.Bucket.Multiparts.CompleteAsync(_nodes.KeyOf(id), multipart.Id, etags, Ct));

        await S3Nodes.AssertReadsAsync(_nodes.Start(), id, bytes);
        Assert.True((await _nodes.Multiparts.FindAsync(id, bytes.Length, Ct))!.Value.Multipart.IsCompleted);
    }

    [Fact]
    public async Task Readers_on_several_nodes_at_once_make_one_object_of_it()
    {
        var bytes = Bytes(new(8), (2 * Part) + 12345);
        var id = await _nodes.CreateAsync(bytes.Length);
        await _nodes.AppendAsync(_node, id, bytes, 0, bytes.Length);

        var read = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => S3Nodes.ReadAsync(_nodes.Start(retries: 3), id, bytes.Length)));

        Assert.All(read, one => Assert.True(bytes.AsSpan().SequenceEqual(one)));
        Assert.Equal(bytes.Length, Assert.Single((await _nodes.Bucket.ListObjectsAsync("", null, Ct)).Objects).Size);
        Assert.Equal(0, await RowBytesAsync(id));
    }

    [Fact]
    public async Task What_no_upload_is_known_for_is_swept_and_nothing_else()
    {
        var bytes = Bytes(new(9), Part + 1);
        var (running, complete) = (await _nodes.CreateAsync(bytes.Length + 1), await _nodes.CreateAsync(bytes.Length));
        await _nodes.AppendAsync(_node, running, bytes, 0, bytes.Length);
        await _nodes.AppendAsync(_node, complete, bytes, 0, bytes.Length);
        await (await _node.OpenReadAsync(complete, bytes.Length, Ct)).DisposeAsync();
        var unknown = _nodes.KeyOf(Guid.CreateVersion7());
        var left = await _nodes.Bucket.Multiparts.InitiateAsync(unknown, null, Ct);
        await _nodes.Bucket.Multiparts.InitiateAsync(_nodes.KeyOf(running), null, Ct);
        var etag = await _nodes.Bucket.Multiparts.PutAsync(unknown, left, 1, await S3Body.OfAsync(new MemoryStream(new byte[10]), Ct), Ct);
        await _nodes.Bucket.Multiparts.CompleteAsync(unknown, left, [etag!], Ct);
        await _nodes.Bucket.Multiparts.InitiateAsync(unknown, null, Ct);
        await _nodes.Bucket.Multiparts.InitiateAsync("uploads/not-ours", null, Ct);

        Assert.Equal(new(0, 0), await _node.SweepAsync(TimeProvider.System.GetUtcNow().AddHours(-1), removeWhole: true, Ct));
        Assert.Equal(new(3, 0), await _node.SweepAsync(TimeProvider.System.GetUtcNow().AddHours(1), removeWhole: true, Ct));

        Assert.Equal(_nodes.KeyOf(complete), Assert.Single((await _nodes.Bucket.ListObjectsAsync("", null, Ct)).Objects).Key);
        Assert.Equal(
            [_nodes.KeyOf(running), "uploads/not-ours"],
            (await _nodes.Bucket.Multiparts.ListAsync("", null, Ct)).Uploads.Select(upload => upload.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Uploads_are_listed_by_the_age_of_their_ids()
    {
        var bytes = Bytes(new(10), Part + 1);
        var (large, small) = (await _nodes.CreateAsync(bytes.Length), await _nodes.CreateAsync(10));
        await _nodes.AppendAsync(_node, large, bytes, 0, bytes.Length);
        await _nodes.AppendAsync(_node, small, bytes, 0, 10);
        var now = TimeProvider.System.GetUtcNow();

        Assert.Equal(new[] { large, small }.Order(), (await _node.ListAsync(now.AddMinutes(1), Ct).ToListAsync(Ct)).Order());
        Assert.Empty(await _node.ListAsync(now.AddMinutes(-1), Ct).ToListAsync(Ct));
    }

    private Task<long> RowBytesAsync(Guid id) => _nodes.Database.Db().Database.SqlQuery<long>(
        $"SELECT COALESCE(sum(length(bytes)), 0)::bigint AS \"Value\" FROM tus_upload.content_rows WHERE session_id = {id}").SingleAsync(Ct);

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
