using System.Net;
using System.Security.Cryptography;

using Microsoft.EntityFrameworkCore;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>A node with a disk of its own is gone for good, and its disk is put into another machine.</summary>
public sealed class ReattachedFolderTests(PostgresServer postgres)
{
    private readonly byte[] _bytes = RandomNumberGenerator.GetBytes(300_000);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_is_started_on_the_folder_goes_on_with_all_that_is_in_it()
    {
        await using var folder = new TestFolder();
        await using var other = await RunningServer.StartAsync(postgres);
        var objects = Path.Combine(other.DataPath, "objects");
        Uri unfinished, received, ended;
        Guid gone;
        await using (var node = await StartAsync(other, folder.File("disk"), stored: folder.File("no folder/objects")))
        {
            gone = TwoNodes.NodeOf(node);

            // Its store stops working, so what it has received it keeps.
            Directory.Delete(folder.File("no folder"), recursive: true);
            await File.WriteAllTextAsync(folder.File("no folder"), "a file", Ct);
            (unfinished, received, ended) =
                (await node.Client.CreateAsync(_bytes.Length), await node.Client.CreateAsync(_bytes.Length), await node.Client.CreateAsync(_bytes.Length));
            using var half = await node.Client.PatchAsync(unfinished, 0, _bytes[..100_000]);
            using var all = await node.Client.PatchAsync(received, 0, _bytes);
            Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (half.StatusCode, all.StatusCode));
        }

        // Nobody but this node reaches its bytes; what needs none of them goes on.
        using (var elsewhere = await other.Client.PatchAsync(unfinished, 100_000, _bytes[100_000..]))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, elsewhere.StatusCode);
        }

        using (var ends = await other.Client.TerminateAsync(ended))
        {
            Assert.Equal(HttpStatusCode.NoContent, ends.StatusCode);
        }

        Directory.Move(folder.File("disk"), folder.File("the same disk elsewhere"));
        await using var heir = await StartAsync(other, folder.File("the same disk elsewhere"), objects);

        Assert.Equal(gone, TwoNodes.NodeOf(heir));
        Assert.Equal(100_000, await heir.Client.OffsetAsync(unfinished));
        using var rest = await heir.Client.PatchAsync(unfinished, 100_000, _bytes[100_000..]);
        Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        foreach (var upload in new[] { received, unfinished })
        {
            var file = await other.Client.EndedFileAsync(upload.Id());
            Assert.Equal("ready", file.GetProperty("processingStatus").GetString());
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(_bytes)), file.GetProperty("sha256").GetString());
        }

        await TusRequests.EventuallyAsync(() => heir.WithDbAsync(db => db.Sessions.AnyAsync(session => session.Id == ended.Id() && session.ContentRemoved, Ct)));
        Assert.Empty(Directory.EnumerateFiles(folder.File("the same disk elsewhere"), "????????-*", SearchOption.AllDirectories));
    }

    private Task<RunningServer> StartAsync(RunningServer beside, string content, string stored) => RunningServer.StartAsync(postgres, settings =>
    {
        settings["ConnectionStrings:Postgres"] = beside.ConnectionString;
        settings["Content:Path"] = content;
        settings["Storage:LocalPath"] = stored;
        settings["Jobs:SweepInterval"] = settings["Tus:SweepInterval"] = "00:00:01";
        settings["Jobs:FirstRetryDelay"] = settings["Jobs:MaxRetryDelay"] = "00:00:01";
    });
}
