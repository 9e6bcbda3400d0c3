using TusUpload.IntegrationTests.Harness;
using TusUpload.Uploads.Content;

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
}
