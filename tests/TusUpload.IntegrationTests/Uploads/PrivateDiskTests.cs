using System.Net;
using System.Security.Cryptography;

using Microsoft.Extensions.DependencyInjection;

using TusUpload.IntegrationTests.Uploads.Rules;
using TusUpload.Uploads.Sessions;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>
/// Two nodes on one database, each with a content folder of its own: only the node that holds an upload's bytes goes on with it.
/// </summary>
public sealed class PrivateDiskTests(TwoPrivateNodes nodes) : IClassFixture<TwoPrivateNodes>
{
    private readonly byte[] _bytes = RandomNumberGenerator.GetBytes(300_000);

    private HttpClient Holder => nodes.One.Client;

    private HttpClient Other => nodes.Other.Client;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_PATCH_at_the_wrong_node_is_asked_to_come_again_and_a_HEAD_anywhere_tells_the_offset()
    {
        var upload = await Holder.CreateAsync(_bytes.Length);
        using (var first = await Holder.PatchAsync(upload, 0, _bytes[..100_000]))
        {
            Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        }

        using var wrong = await Other.PatchAsync(upload, 100_000, _bytes[100_000..]);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "temporarily_unavailable"), (wrong.StatusCode, await wrong.CodeAsync()));
        Assert.NotNull(wrong.Headers.RetryAfter);
        Assert.Equal(100_000, await Other.OffsetAsync(upload));
        Assert.Equal(100_000, await Holder.OffsetAsync(upload));
        Assert.True(TwoPrivateNodes.Holds(nodes.One, upload.Id()));
        Assert.False(TwoPrivateNodes.Holds(nodes.Other, upload.Id()));

        using var right = await Holder.PatchAsync(upload, 100_000, _bytes[100_000..]);
        Assert.Equal(HttpStatusCode.NoContent, right.StatusCode);
        await IsReadyAsync(upload);
    }

    [Fact]
    public async Task A_PATCH_at_the_wrong_node_ends_no_writer()
    {
        var upload = await Holder.CreateAsync(_bytes.Length);
        using var live = await Holder.StartPatchAsync(upload, 0, _bytes.Length, _bytes[..100_000]);
        await TwoNodes.ReceivedAsync(nodes.One, upload, 100_000);

        // What is committed may be anything up to there: what counts is that it is not taken.
        using var wrong = await Other.PatchAsync(upload, 100_000, _bytes[100_000..]);

        Assert.True((int)wrong.StatusCode is 409 or 503, $"{(int)wrong.StatusCode}");
        await live.GetStream().WriteAsync(_bytes.AsMemory(100_000), Ct);
        Assert.Equal(204, await live.StatusAsync());
        await IsReadyAsync(upload);
    }

    [Fact]
    public async Task Files_are_made_by_the_node_that_holds_their_bytes()
    {
        var uploads = new List<Uri>();
        for (var turn = 0; turn < 6; turn++)
        {
            using var made = await (turn % 2 == 0 ? Holder : Other).PostAsync(_bytes.Length, _bytes);
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            uploads.Add(made.Headers.Location!);
        }

        foreach (var (upload, turn) in uploads.Select((upload, turn) => (upload, turn)))
        {
            await IsReadyAsync(upload);
            var holder = turn % 2 == 0 ? nodes.One : nodes.Other;
            var workers = await nodes.WorkersOfAsync(upload.Id());
            Assert.NotEmpty(workers);
            Assert.All(workers, worker => Assert.StartsWith($"node-{TwoNodes.NodeOf(holder):n}-", worker, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Parts_whose_first_bytes_have_to_be_looked_at_are_finished_by_the_node_that_holds_them(bool isPicture)
    {
        var bytes = isPicture ? RuleRequests.Picture(_bytes.Length) : RuleRequests.Program(_bytes.Length);
        Uri[] parts = [await Holder.UploadPartAsync(bytes[..100]), await Holder.UploadPartAsync(bytes[100..])];

        var final = await Other.JoinAsync(parts, RuleRequests.Metadata(("filetype", "image/png")));

        using (var open = await Other.HeadAsync(final))
        {
            Assert.Equal((HttpStatusCode.OK, false), (open.StatusCode, open.Headers.Contains("Upload-Offset")));
        }

        Assert.Equal(isPicture ? 1 : 0, await nodes.One.Services.GetRequiredService<UploadJoins>().FinishWaitingAsync(Ct));
        using var ended = await Other.HeadAsync(final);
        Assert.Equal(isPicture ? HttpStatusCode.OK : HttpStatusCode.NotFound, ended.StatusCode);
        if (isPicture)
        {
            Assert.Equal("ready", (await Other.EndedFileAsync(final.Id())).GetProperty("processingStatus").GetString());
        }
        else
        {
            Assert.All(parts, part => Assert.False(TwoPrivateNodes.Holds(nodes.One, part.Id())));
        }
    }

    [Fact]
    public async Task A_length_that_completes_what_has_to_be_looked_at_is_told_to_the_node_that_holds_it()
    {
        var upload = await Holder.CreateAsync(null, RuleRequests.Metadata(("filetype", "image/png")));
        using (var first = await Holder.PatchAsync(upload, 0, RuleRequests.Picture(100)))
        {
            Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        }

        using var wrong = await Other.PatchAsync(upload, 100, [], length: 100);
        using var right = await Holder.PatchAsync(upload, 100, [], length: 100);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.NoContent), (wrong.StatusCode, right.StatusCode));
    }

    private async Task IsReadyAsync(Uri upload)
    {
        var file = await Other.EndedFileAsync(upload.Id());
        Assert.Equal("ready", file.GetProperty("processingStatus").GetString());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(_bytes)), file.GetProperty("sha256").GetString());
    }
}
