using System.Net.Sockets;
using System.Security.Cryptography;

using Microsoft.EntityFrameworkCore;

using Npgsql;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>Offsets that are committed while their bodies run.</summary>
public sealed class CheckpointTests(CheckpointTests.InPostgres server) : IClassFixture<CheckpointTests.InPostgres>
{
    private readonly byte[] _bytes = RandomNumberGenerator.GetBytes(100_000);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_whose_bytes_cannot_be_kept_yet_holds_up_nobody_elses_offset()
    {
        var (stuck, other) = (await server.Client.CreateAsync(_bytes.Length), await server.Client.CreateAsync(_bytes.Length));
        using var stuckBody = await server.Client.StartPatchAsync(stuck, 0, _bytes.Length, []);
        await TusRequests.EventuallyAsync(() => server.WithDbAsync(db => db.Sessions.AnyAsync(row => row.Id == stuck.Id() && row.LeaseNode != null, Ct)));
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await using var holder = await database.OpenConnectionAsync(Ct);
        await using var hold = await holder.BeginTransactionAsync(Ct);
        await using (var hers = new NpgsqlCommand("SELECT FROM tus_upload.upload_sessions WHERE id = $1 FOR UPDATE", holder, hold))
        {
            hers.Parameters.Add(new() { Value = stuck.Id() });
            await hers.ExecuteNonQueryAsync(Ct);
        }

        await using var waiting = database.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()");
        var sent = await TrickleAsync(stuckBody, 0, async () => await waiting.ExecuteScalarAsync(Ct) is > 0L);

        using var otherBody = await server.Client.StartPatchAsync(other, 0, _bytes.Length, []);
        var alsoSent = await TrickleAsync(otherBody, 0, async () => await CommittedAsync(other) > 0);

        Assert.Equal(0, await CommittedAsync(stuck));
        await hold.RollbackAsync(Ct);
        await stuckBody.GetStream().WriteAsync(_bytes.AsMemory(sent), Ct);
        await otherBody.GetStream().WriteAsync(_bytes.AsMemory(alsoSent), Ct);
        Assert.Equal((204, 204), (await stuckBody.StatusAsync(), await otherBody.StatusAsync()));
    }

    // Byte by byte: an offset is committed when bytes come, once it is time.
    private async Task<int> TrickleAsync(TcpClient body, int from, Func<Task<bool>> until)
    {
        await TusRequests.EventuallyAsync(async () =>
        {
            await body.GetStream().WriteAsync(_bytes.AsMemory(from++, 1), Ct);
            return await until();
        });
        return from;
    }

    private Task<long> CommittedAsync(Uri upload) =>
        server.WithDbAsync(db => db.Sessions.Where(row => row.Id == upload.Id()).Select(row => row.UploadedSize).SingleAsync(Ct));

    public sealed class InPostgres(PostgresServer postgres) : RunningServer(postgres)
    {
        protected override IEnumerable<(string Key, string Value)> Settings => [("Content:Kind", "postgres")];
    }
}
