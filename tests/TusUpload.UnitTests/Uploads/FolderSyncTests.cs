using TusUpload.Uploads.Content;

namespace TusUpload.UnitTests.Uploads;

public sealed class FolderSyncTests
{
    private int _syncs;

    [Fact]
    public void Entries_of_earlier_processes_are_synced_once()
    {
        var folder = new FolderSync(() => _syncs++);

        folder.Sync();
        folder.Sync();

        Assert.Equal(1, _syncs);
    }

    [Fact]
    public void An_entry_made_during_a_sync_is_not_covered_by_it()
    {
        FolderSync folder = null!;
        folder = new(() =>
        {
            if (_syncs++ == 0)
            {
                folder.Changed();
            }
        });

        folder.Sync();
        folder.Sync();
        folder.Sync();

        Assert.Equal(2, _syncs);
    }

    [Fact]
    public void A_sync_that_failed_covers_nothing()
    {
        var folder = new FolderSync(() =>
        {
            if (_syncs++ == 0)
            {
                throw new IOException("fsync failed");
            }
        });

        Assert.Throws<IOException>(folder.Sync);
        folder.Sync();

        Assert.Equal(2, _syncs);
    }

    [Fact]
    public async Task Nobody_returns_before_the_sync_of_another_has_ended()
    {
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var ended = false;
        var folder = new FolderSync(() =>
        {
            begun.Set();
            goOn.Wait(TestContext.Current.CancellationToken);
            Volatile.Write(ref ended, true);
        });
        var first = Task.Run(folder.Sync, TestContext.Current.CancellationToken);
        begun.Wait(TestContext.Current.CancellationToken);

        var second = Task.Run(
            () =>
            {
                folder.Sync();
                return Volatile.Read(ref ended);
            },
            TestContext.Current.CancellationToken);
        goOn.Set();

        Assert.True(await second);
        await first;
    }
}
