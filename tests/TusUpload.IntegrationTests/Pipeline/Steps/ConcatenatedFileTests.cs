using System.Buffers;
using System.IO.Hashing;
using TusUpload.Data.Files;
using TusUpload.Data.Sessions;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Pipeline.Jobs;
using TusUpload.Pipeline.Steps;
using TusUpload.Pipeline.Verification;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Leases;

namespace TusUpload.IntegrationTests.Pipeline.Steps;

/// <summary>A file whose bytes are those of several uploads, on its way through the pipeline.</summary>
public sealed class ConcatenatedFileTests(PostgresServer postgres)
{
    private static readonly byte[][] Bytes = [PipelineHost.Bytes(1_200_000, 1), PipelineHost.Bytes(3, 2), [], PipelineHost.Bytes(70_000, 3)];

    private static byte[] Whole => [.. Bytes.SelectMany(part => part)];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Its_object_is_the_parts_in_order_and_their_bytes_are_removed()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var (id, parts) = await ReceiveAsync(host);

        await host.Get<FilePipeline>().RunAsync(id, Ct);

        var file = await host.FileAsync(id);
        Assert.Equal(("ready", PipelineHost.Sha256(Whole)), (file!.ProcessingStatus, file.Sha256));
        Assert.Equal(Whole, await File.ReadAllBytesAsync(host.ObjectOf(id), Ct));
        Assert.All(parts, part => Assert.False(File.Exists(host.ContentOf(part))));
        Assert.Equal((Whole.Length, 0), await host.UsageAsync());
    }

    [Fact]
    public async Task A_run_that_was_killed_right_after_the_end_leaves_the_removal_to_the_next()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var (id, parts) = await ReceiveAsync(host);
        var processing = host.Get<FileProcessing>();
        await processing.BeginAsync(id, new(host.Get<LocalNode>().Id), PipelineHost.Now, Ct);
        Assert.True(await processing.SettleAsync(id, new string('a', 64), "somewhere", null, PipelineHost.Now, Ct));
        Assert.All(parts, part => Assert.True(File.Exists(host.ContentOf(part))));

        await host.Get<FilePipeline>().RunAsync(id, Ct);

        Assert.All(parts, part => Assert.False(File.Exists(host.ContentOf(part))));
    }

    [Fact]
    public async Task A_byte_of_a_part_that_changed_is_our_fault_and_no_rejection()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var (id, parts) = await ReceiveAsync(host);
        await File.WriteAllBytesAsync(host.ContentOf(parts[3]), PipelineHost.Bytes(70_000, 4), Ct);

        await Assert.ThrowsAsync<ContentCorruptException>(() => host.Get<FilePipeline>().RunAsync(id, Ct));

        Assert.All(parts, part => Assert.True(File.Exists(host.ContentOf(part))));
    }

    [Fact]
    public async Task Another_digest_than_the_promised_one_rejects_it_and_nothing_is_left()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var (id, parts) = await ReceiveAsync(host, promised: new string('b', 64));

        await host.Get<FilePipeline>().RunAsync(id, Ct);

        Assert.Equal(("rejected", "checksum_mismatch"), await host.FileAsync(id) is { } file ? (file.ProcessingStatus, file.RejectionCode) : default);
        Assert.All(parts, part => Assert.False(File.Exists(host.ContentOf(part))));
        Assert.Equal((0, 0), await host.UsageAsync());
        Assert.Empty(host.Objects());
    }

    [Fact]
    public async Task One_that_failed_and_is_deleted_takes_the_bytes_of_its_parts_along()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var (id, parts) = await ReceiveAsync(host);
        Assert.True(await host.Get<FileProcessing>().FailAsync(id, "processing_failed", "of old age", PipelineHost.Now, Ct));
        Assert.True(await host.Get<FileDeletion>().DeleteAsync(id, PipelineHost.User, PipelineHost.Now, Ct));

        Assert.Equal(1, await host.Get<DeletionSweep>().RunOnceAsync(Ct));

        Assert.All(parts, part => Assert.False(File.Exists(host.ContentOf(part))));
        Assert.Equal(0L, await host.QueryAsync("SELECT count(*) FROM tus_upload.upload_sessions"));
        Assert.Equal((0, 0), await host.UsageAsync());
    }

    private static async Task<(Guid Id, List<Guid> Parts)> ReceiveAsync(PipelineHost host, string? promised = null)
    {
        var parts = new List<Guid>();
        foreach (var bytes in Bytes)
        {
            parts.Add(await PartAsync(host, bytes));
        }

        var made = await host.Get<SessionConcatenation>().ConcatenateAsync(
            NewSession(host, null) with { FileHash = promised }, [.. parts], "final;to the letter", null, Ct);
        Assert.Equal(SessionStatus.Received, made.Final?.Status);
        return (made.Final!.Id, parts);
    }

    // Set aside longer than it is, as a disk does: what lies behind its end must not come along.
    private static async Task<Guid> PartAsync(PipelineHost host, byte[] bytes)
    {
        var content = host.Get<IUploadContent>();
        var part = NewSession(host, bytes.Length) with
        {
            IsPartial = true,
            ContentNode = content.Node,
            FirstSpan = bytes.Length > 0 ? new CommittedSpan(0, bytes.Length, XxHash128.Hash(bytes)) : null,
        };
        await content.ReserveAsync(part.Id, bytes.Length + 1000, Ct);
        await using var writer = await content.OpenWriterAsync(ContentLease.Unknown(part.Id), 0, Ct);
        await writer.WriteAsync(new ReadOnlySequence<byte>(bytes), 0, Ct);
        await writer.FlushAsync(Ct);
        Assert.True((await host.Get<SessionCreation>().CreateAsync(part, Ct)).Made);
        return part.Id;
    }

    private static NewSession NewSession(PipelineHost host, long? size) => new()
    {
        Id = Guid.CreateVersion7(),
        UserId = PipelineHost.User,
        UploaderId = PipelineHost.User,
        WorkspaceId = host.Workspace,
        FileName = "a file",
        TotalSize = size,
        Now = PipelineHost.Now,
        ExpiresAt = PipelineHost.Now.AddHours(1),
    };
}
