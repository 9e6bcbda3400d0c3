using TusUpload.Data.Files;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Pipeline.Steps;
using TusUpload.Pipeline.Verification;
using TusUpload.Uploads.Content;

namespace TusUpload.IntegrationTests.Pipeline.Verification;

public sealed class VerifyStepTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_digest_is_made_in_the_pass_and_the_same_when_run_twice()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var bytes = PipelineHost.Bytes(3_000_000);
        var id = await host.ReceiveAsync(bytes, spans: 7, digest: false, reserved: 4_000_000);

        for (var run = 0; run < 2; run++)
        {
            var upload = await BeginAsync(host, id);
            Assert.Equal(StepOutcome.Continue, await Step(host).RunAsync(upload, Ct));
            Assert.Equal(PipelineHost.Sha256(bytes), upload.Sha256);
        }
    }

    [Fact]
    public async Task Many_spans_are_read_page_after_page()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var bytes = PipelineHost.Bytes(4_000);
        var id = await host.ReceiveAsync(bytes, spans: 2, digest: false);
        await host.QueryAsync($"""
            DELETE FROM tus_upload.upload_chunks WHERE session_id = '{id}';
            INSERT INTO tus_upload.upload_chunks (session_id, chunk_index, chunk_offset, chunk_size, checksum, uploaded_at)
            SELECT '{id}', i, i, 1, decode(repeat('00', 16), 'hex'), now() FROM generate_series(0, 3999) AS i
            """);
        await using (var db = host.Db())
        {
            await using var fill = host.Get<Npgsql.NpgsqlDataSource>().CreateCommand(
                "UPDATE tus_upload.upload_chunks SET checksum = $2[chunk_index + 1] WHERE session_id = $1");
            fill.Parameters.Add(new() { Value = id });
            fill.Parameters.Add(new() { Value = bytes.Select(one => System.IO.Hashing.XxHash128.Hash([one])).ToArray() });
            await fill.ExecuteNonQueryAsync(Ct);
        }

        var upload = await BeginAsync(host, id);

        Assert.Equal(StepOutcome.Continue, await Step(host).RunAsync(upload, Ct));
        Assert.Equal(PipelineHost.Sha256(bytes), upload.Sha256);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bytes_other_than_those_received_are_our_fault_and_no_rejection(bool digest)
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var bytes = PipelineHost.Bytes(100_000);
        var id = await host.ReceiveAsync(bytes, spans: 3, promised: PipelineHost.Sha256(bytes), digest: digest);
        bytes[77_777] ^= 1;
        await File.WriteAllBytesAsync(host.ContentOf(id), bytes, Ct);
        var upload = await BeginAsync(host, id);

        await Assert.ThrowsAsync<ContentCorruptException>(() => Step(host).RunAsync(upload, Ct));
    }

    [Fact]
    public async Task A_content_that_is_cut_short_is_corrupt()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var id = await host.ReceiveAsync(PipelineHost.Bytes(10_000));
        await File.WriteAllBytesAsync(host.ContentOf(id), PipelineHost.Bytes(9_999), Ct);
        var upload = await BeginAsync(host, id);

        await Assert.ThrowsAsync<ContentCorruptException>(() => Step(host).RunAsync(upload, Ct));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Another_digest_than_the_promised_one_is_refused_twice_alike(bool digest)
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var id = await host.ReceiveAsync(PipelineHost.Bytes(1_000), promised: new string('b', 64), digest: digest);
        var upload = await BeginAsync(host, id);

        Assert.Equal("checksum_mismatch", (await Step(host).RunAsync(upload, Ct)).Code);
        Assert.Equal("checksum_mismatch", (await Step(host).RunAsync(upload, Ct)).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_promised_sha512_is_made_in_the_pass_and_must_agree(bool digest)
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var bytes = PipelineHost.Bytes(3_000_000);
        var promise = Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(bytes));
        var kept = await BeginAsync(host, await host.ReceiveAsync(bytes, spans: 3, digest: digest, promised512: promise));
        var broken = await BeginAsync(host, await host.ReceiveAsync(PipelineHost.Bytes(1_000), digest: digest, promised512: promise));

        Assert.Equal(StepOutcome.Continue, await Step(host).RunAsync(kept, Ct));
        Assert.Equal(PipelineHost.Sha256(bytes), kept.Sha256);
        Assert.Equal("checksum_mismatch", (await Step(host).RunAsync(broken, Ct)).Code);
        Assert.Equal("checksum_mismatch", (await Step(host).RunAsync(broken, Ct)).Code);
    }

    private static VerifyStep Step(PipelineHost host) => host.Get<IEnumerable<IUploadStep>>().OfType<VerifyStep>().Single();

    private static async Task<UploadContext> BeginAsync(PipelineHost host, Guid id) => new(
        (await host.Get<FileProcessing>().BeginAsync(id, new(Guid.CreateVersion7()), PipelineHost.Now, Ct))!, host.Get<IUploadContent>());
}
