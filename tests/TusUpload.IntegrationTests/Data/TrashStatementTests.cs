using Microsoft.EntityFrameworkCore;

using Npgsql;

using TusUpload.Data.Files;
using TusUpload.Data.Folders;
using TusUpload.Data.Sessions;
using TusUpload.Data.Trash;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Data;

public sealed class TrashStatementTests(PostgresServer postgres) : IAsyncLifetime
{
    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(postgres);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_folder_that_is_marked_for_good_while_it_is_restored_stays_marked()
    {
        var folder = await DeletedFolderAsync();
        await using var marking = await _database.Get<NpgsqlDataSource>().OpenConnectionAsync(Ct);
        await using var transaction = await marking.BeginTransactionAsync(Ct);
        await using (var mark = new NpgsqlCommand("UPDATE tus_upload.folders SET deleted_at = 'epoch'", marking, transaction))
        {
            Assert.Equal(1, await mark.ExecuteNonQueryAsync(Ct));
        }

        var restoring = RestoreAsync(folder);
        await Eventually.FindAsync<object>(async () => await WaitingAsync() > 0 ? new() : null, "the restore to wait for the mark");
        await transaction.CommitAsync(Ct);

        Assert.Equal(FolderOutcome.NotFound, await restoring);
        await using var db = _database.Db();
        Assert.Equal(DateTimeOffset.UnixEpoch, (await db.Folders.SingleAsync(Ct)).DeletedAt);
        Assert.Equal(folder, Assert.Single(await _database.Get<TrashPurge>().MarkedAsync(Ct)).Id);
    }

    [Fact]
    public async Task A_file_is_purged_only_below_a_mark_and_where_it_was_found()
    {
        var folder = await DeletedFolderAsync();
        var id = await _database.ReceiveAsync(7);
        await _database.SettleAsync(id);
        await using var db = _database.Db();
        await db.Files.ExecuteUpdateAsync(set => set.SetProperty(file => file.FolderId, folder), Ct);
        var deletion = _database.Get<FileDeletion>();

        Task<bool> Purge(Guid? found) => deletion.PurgeAsync(id, TestDatabase.User, folder, found, TestDatabase.Now, Ct);

        Assert.False(await Purge(folder));
        Assert.True(await _database.Get<TrashPurge>().MarkAsync(folder, TestDatabase.Now.AddHours(1), Ct));
        Assert.False(await Purge(null));
        Assert.Equal((7, 0), await _database.UsageAsync());
        Assert.True(await Purge(folder));
        Assert.False(await Purge(folder));
        Assert.Equal((0, 0), await _database.UsageAsync());
    }

    [Fact]
    public async Task An_ended_final_of_a_purged_workspace_is_known_until_the_bytes_of_its_parts_are_gone()
    {
        var part = _database.Session(10) with { IsPartial = true };
        Assert.True((await _database.CreateAsync(part)).Made);
        var final = _database.Session(null);
        await _database.Get<SessionConcatenation>().ConcatenateAsync(final, [part.Id], "final", null, Ct);
        var endings = _database.Get<SessionEndings>();
        Assert.Equal(2, (await endings.TerminateFinalAsync(final.Id, TestDatabase.User, TestDatabase.Now, Ct)).Count);
        await endings.MarkRemovedAsync([final.Id], Ct);
        await using var db = _database.Db();
        await db.Workspaces.ExecuteUpdateAsync(set => set.SetProperty(space => space.DeletedAt, TestDatabase.Now), Ct);
        var purge = _database.Get<TrashPurge>();
        Assert.True(await purge.MarkAsync(_database.Workspace, TestDatabase.Now.AddHours(1), Ct));

        async Task RunAsync() => await purge.RunAsync(Assert.Single(await purge.MarkedAsync(Ct)), 1000, TestDatabase.Now, Ct);

        await RunAsync();
        Assert.Equal([part.Id], await endings.LeftoversAsync(Guid.CreateVersion7(), 10, Ct));
        await endings.MarkRemovedAsync([part.Id], Ct);
        await RunAsync();
        Assert.Equal(0, await db.Sessions.CountAsync(Ct));
    }

    private async Task<Guid> DeletedFolderAsync()
    {
        var id = Guid.CreateVersion7();
        Assert.Equal(FolderOutcome.Done, await _database.Get<FolderChanges>().MakeAsync(id, _database.Workspace, null, "a", TestDatabase.Now, Ct));
        Assert.True(await _database.Get<TrashBin>().DeleteAsync(id, _database.Workspace, null, TestDatabase.Now, Ct));
        return id;
    }

    private Task<FolderOutcome> RestoreAsync(Guid folder) =>
        _database.Get<FolderChanges>().PlaceAsync(new(folder, _database.Workspace, null, false, null, null, Restores: true), Ct);

    private async Task<int> WaitingAsync()
    {
        await using var db = _database.Db();
        return await db.Database.SqlQuery<int>(
            $"SELECT count(*)::int AS \"Value\" FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").SingleAsync(Ct);
    }
}
