using Microsoft.EntityFrameworkCore;

using TusUpload.IntegrationTests.Harness;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Content.S3;

namespace TusUpload.IntegrationTests.Uploads.Content;

/// <summary>A store that is away, or whose lines break.</summary>
public sealed class S3TroubleTests(PostgresServer postgres, CephRgw ceph)
{
    private const int Part = S3Nodes.PartSize;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_flushed_before_the_store_went_away_is_there_when_it_is_back()
    {
        await using var nodes = await S3Nodes.CreateAsync(postgres, ceph);
        await using var line = new FaultyLine(ceph.Port);
        var node = nodes.Start(line.Address);
        var bytes = Random.Shared.GetItems<byte>([.. Enumerable.Range(0, 256).Select(one => (byte)one)], (3 * Part) + 1);
        var id = await nodes.CreateAsync(bytes.Length);
        await nodes.AppendAsync(node, id, bytes, 0, Part + 1000);

        line.Close();
        await Assert.ThrowsAsync<ContentUnavailableException>(() => nodes.AppendAsync(node, id, bytes, Part + 1000, bytes.Length));
        line.IsClosed = false;
        await nodes.AppendAsync(node, id, bytes, Part + 1000, bytes.Length);

        await S3Nodes.AssertReadsAsync(node, id, bytes);
    }

    [Fact]
    public async Task A_reader_goes_on_where_its_line_broke_and_can_seek()
    {
        await using var nodes = await S3Nodes.CreateAsync(postgres, ceph);
        await using var line = new FaultyLine(ceph.Port);
        var node = nodes.Start(line.Address, retries: 2);
        var bytes = Random.Shared.GetItems<byte>([.. Enumerable.Range(0, 256).Select(one => (byte)one)], (2 * Part) + 1);
        var id = await nodes.CreateAsync(bytes.Length);
        await nodes.AppendAsync(node, id, bytes, 0, bytes.Length);
        await using var stream = await node.OpenReadAsync(id, bytes.Length, Ct);

        var read = new byte[bytes.Length];
        for (var at = 0; at < bytes.Length; at += Part)
        {
            line.CutAfter(100_000);
            await stream.ReadExactlyAsync(read.AsMemory(at, Math.Min(Part, bytes.Length - at)), Ct);
        }

        Assert.True(bytes.AsSpan().SequenceEqual(read));
        // Once for certain; later on the bytes may be in the sockets already.
        Assert.True(line.Cuts >= 1);
        stream.Position = 777;
        await stream.ReadExactlyAsync(read.AsMemory(0, 10), Ct);
        Assert.Equal(bytes[777..787], read[..10]);
    }

    [Fact]
    public async Task Bytes_that_arrive_late_from_a_writer_that_is_no_more_take_no_others_place()
    {
        await using var nodes = await S3Nodes.CreateAsync(postgres, ceph);
        await using var line = new FaultyLine(ceph.Port);
        var (node, bytes) = (nodes.Start(), Random.Shared.GetItems<byte>([.. Enumerable.Range(0, 256).Select(one => (byte)one)], (2 * Part) + 10));
        var id = await nodes.CreateAsync(bytes.Length);
        await nodes.AppendAsync(node, id, bytes, 0, Part + 5);
        var late = new byte[Part];
        line.CloseAfterSent(1_000_000);
        await using (var lost = await nodes.Start(line.Address).OpenWriterAsync(S3Nodes.LeaseOf(await nodes.TakeAsync(id, Part + 5)), Part + 5, Ct))
        {
            await lost.WriteAsync(new(late), Part + 5, Ct);
            await Assert.ThrowsAsync<ContentUnavailableException>(async () => await lost.FlushAsync(Ct));
        }

        await nodes.AppendAsync(node, id, bytes, Part + 5, (2 * Part) + 1);
        await nodes.AppendAsync(node, id, bytes, (2 * Part) + 1, bytes.Length);
        var (multipart, _) = (await nodes.Multiparts.FindAsync(id, bytes.Length, Ct))!.Value;
        await nodes.Bucket.Multiparts.PutAsync(nodes.KeyOf(id), multipart.Id, 2, await S3Body.OfAsync(new MemoryStream(late), Ct), Ct);

        await S3Nodes.AssertReadsAsync(node, id, bytes);
        await node.DeleteAsync(id, Ct);
        await nodes.AssertEmptyAsync();
    }

    [Theory]
    [InlineData(1000)]
    [InlineData((7 << 20) + 1)]
    [InlineData(12 << 20)]
    public async Task Parts_that_were_sent_before_a_client_told_a_smaller_length_are_no_hindrance(int size)
    {
        await using var nodes = await S3Nodes.CreateAsync(postgres, ceph);
        var (node, bytes) = (nodes.Start(), Random.Shared.GetItems<byte>([.. Enumerable.Range(0, 256).Select(one => (byte)one)], size));
        var id = await nodes.CreateAsync(size: null);

        // Parts of 6 MiB, because 10,000 of them must be enough for the largest upload.
        await using (var lost = await node.OpenWriterAsync(S3Nodes.LeaseOf(await nodes.TakeAsync(id, 0)), 0, Ct))
        {
            await lost.WriteAsync(new(new byte[(18 << 20) + 1]), 0, Ct);
            await lost.FlushAsync(Ct);
        }

        Assert.Equal(3, (await nodes.Multiparts.FindAsync(id, long.MaxValue, Ct))!.Value.Etags.Length);
        await nodes.AppendAsync(node, id, bytes, 0, size);

        await S3Nodes.AssertReadsAsync(node, id, bytes);
        await node.DeleteAsync(id, Ct);
        await nodes.AssertEmptyAsync();
    }

    [Fact]
    public async Task A_store_may_say_another_digest_of_a_part_than_it_answered()
    {
        await using var nodes = await S3Nodes.CreateAsync(postgres, ceph);
        var (node, bytes) = (nodes.Start(), Random.Shared.GetItems<byte>([.. Enumerable.Range(0, 256).Select(one => (byte)one)], (2 * Part) + 10));
        var id = await nodes.CreateAsync(bytes.Length);
        await nodes.AppendAsync(node, id, bytes, 0, bytes.Length);
        await using (var db = nodes.Database.Db())
        {
            await db.Database.ExecuteSqlAsync($"UPDATE tus_upload.content_parts SET etag = 'another' WHERE number = 1", Ct);
        }

        await S3Nodes.AssertReadsAsync(node, id, bytes);
    }
}
