using System.Diagnostics;
using System.Globalization;

using TusUpload.Data.Files;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Pipeline.Storage;
using TusUpload.Uploads.Content;

namespace TusUpload.IntegrationTests.Pipeline.Storage;

/// <summary>What every object store does that is somewhere else, when the line to it or the store itself fails.</summary>
public abstract class RemoteStorageCompliance(PostgresServer postgres) : ObjectStorageCompliance(postgres)
{
    private const int Large = (17 << 20) + 7;
    private const int Tries = 40;

    // Empty, in one request, and in several.
    private static readonly int[] AwaySizes = [0, 1, 100_000, Large];

    // Longer by hand: TUS_TEST_STORE_AWAY=60 is what is promised, and nobody has to wait for it with every change.
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(
        int.Parse(Environment.GetEnvironmentVariable("TUS_TEST_STORE_AWAY") ?? "0", CultureInfo.InvariantCulture));

    /// <summary>The store's port on this machine.</summary>
    protected abstract Task<int> PortAsync();

    /// <summary>The settings of the store through another port, with a bucket of its own that may be made and no further tries of a request.</summary>
    protected abstract Dictionary<string, string?> SettingsVia(int port);

    /// <summary>A key that the store refuses, in settings.</summary>
    protected abstract void SpoilKey(Dictionary<string, string?> settings);

    /// <summary>How the store says that it does not work now.</summary>
    protected abstract Refusal Trouble(int status);

    /// <summary>How the store says that it does not know a key.</summary>
    protected abstract Refusal UnknownKey { get; }

    protected override async Task<Dictionary<string, string?>> SettingsAsync() => SettingsVia(await PortAsync());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_move_whose_line_breaks_anywhere_goes_on_and_is_whole(int seed)
    {
        await using var line = new FaultyLine(await PortAsync());
        await using var host = await CreateAsync(settings: SettingsVia(line.Port));
        var (bytes, random) = (PipelineHost.Bytes(Large, seed), new Random(seed));
        var id = await host.ReceiveAsync(bytes);

        for (var tries = 1; ; tries++)
        {
            line.CloseAfterSent(random.Next(0, Large / 2));
            try
            {
                await StoreAsync(host, id, bytes);
                break;
            }
            catch (ContentUnavailableException) when (tries < Tries)
            {
                line.Open();
            }
        }

        line.Open();
        await AssertIsAsync(bytes, host, PathOf(host, id));
        Assert.Equal([PathOf(host, id)], await ListAsync(host));
    }

    [Fact]
    public async Task Content_that_is_no_file_moves_with_room_on_the_disk_for_a_piece_and_not_for_all_of_it()
    {
        await using var disk = await SmallDisk.MountAsync(bytes: 12 << 20);
        await using var content = new TestFolder();
        var settings = await SettingsAsync();
        settings["Data:Path"] = disk.Path;
        settings["Content:Path"] = content.FullPath;
        settings["Storage:S3:ParallelParts"] = "1";
        await using var host = await CreateAsync(isFile: false, settings);
        var bytes = PipelineHost.Bytes(Large);
        var id = await host.ReceiveAsync(bytes);

        var path = await StoreAsync(host, id, bytes);

        await AssertIsAsync(bytes, host, path);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task A_move_through_bursts_of_refusals_goes_on_and_is_whole(int status)
    {
        await using var gateway = await FaultyGateway.StartAsync(await PortAsync());
        await using var host = await CreateAsync(settings: SettingsVia(gateway.Port));
        var bytes = PipelineHost.Bytes(Large, status);
        var id = await host.ReceiveAsync(bytes);
        var random = new Random(status);
        var refuses = Enumerable.Range(0, 60).Select(_ => random.Next(2) == 0).ToArray();
        var first = gateway.Passed;
        gateway.Refuse = request => request - first is > 0 and <= 60 && refuses[request - first - 1] ? Trouble(status) : null;

        for (var tries = 1; ; tries++)
        {
            try
            {
                await StoreAsync(host, id, bytes);
                break;
            }
            catch (ContentUnavailableException) when (tries < 2 * Tries)
            {
            }
        }

        Assert.True(gateway.Refused > 0);
        gateway.Refuse = _ => null;
        await AssertIsAsync(bytes, host, PathOf(host, id));
        Assert.Equal([PathOf(host, id)], await ListAsync(host));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public async Task A_key_that_is_refused_in_the_middle_costs_no_attempt(int after)
    {
        await using var gateway = await FaultyGateway.StartAsync(await PortAsync());
        var settings = SettingsVia(gateway.Port);
        settings["Jobs:Attempts"] = "2";
        settings["Jobs:MaxRetryDelay"] = "00:00:00.200";
        settings["Jobs:UnqueuedAfter"] = "00:00:00";
        settings["Jobs:SweepInterval"] = "00:00:00.200";
        await using var host = await CreateAsync(settings: settings);
        var bytes = PipelineHost.Bytes(Large);
        await host.StartAsync();
        var first = gateway.Passed;
        gateway.Refuse = request => request - first > after ? UnknownKey : null;
        var id = await host.ReceiveAsync(bytes);

        await Eventually.IsAsync(() => Task.FromResult(gateway.Refused > 5 ? this : null));
        Assert.Equal(FileStatus.Storing, (await host.FileAsync(id))!.ProcessingStatus);
        gateway.Refuse = _ => null;

        var file = await host.EndedAsync(id, FileStatus.Ready);
        await AssertIsAsync(bytes, host, file.StoragePath!);
        Assert.Equal([file.StoragePath!], await ListAsync(host));
    }

    [Fact]
    public async Task An_answer_that_breaks_in_the_middle_is_followed_by_the_rest_of_it()
    {
        await using var line = new FaultyLine(await PortAsync());
        await using var host = await CreateAsync(settings: SettingsVia(line.Port));
        var bytes = PipelineHost.Bytes(4_000_000);
        var path = await StoreAsync(host, await host.ReceiveAsync(bytes), bytes);

        line.CutAfter(1_234_567);

        await AssertIsAsync(bytes, host, path);
        Assert.Equal(1, line.Cuts);
    }

    [Fact]
    public async Task A_store_that_is_slow_is_waited_for_and_one_that_stands_still_is_not()
    {
        await using var line = new FaultyLine(await PortAsync());
        var settings = SettingsVia(line.Port);
        settings[$"Storage:{Section}:RequestTimeout"] = "00:00:02";
        await using var host = await CreateAsync(settings: settings);
        var bytes = PipelineHost.Bytes(40_000);
        var id = await host.ReceiveAsync(bytes);
        line.Close();
        line.Open();

        line.BytesPerSecond = 10 * 1024;
        await StoreAsync(host, id, bytes);
        line.BytesPerSecond = null;
        await AssertIsAsync(bytes, host, PathOf(host, id));

        line.Close();
        line.Open();
        line.BytesPerSecond = 0;
        await Assert.ThrowsAsync<ContentUnavailableException>(async () => await StoreAsync(host, await host.ReceiveAsync(bytes), bytes));
    }

    [Fact]
    public async Task Files_wait_while_the_store_is_away_for_more_attempts_than_there_are()
    {
        await using var line = new FaultyLine(await PortAsync());
        var settings = SettingsVia(line.Port);
        settings["Jobs:Attempts"] = "2";
        settings["Jobs:MaxRetryDelay"] = "00:00:00.200";
        settings["Jobs:UnqueuedAfter"] = "00:00:00";
        settings["Jobs:SweepInterval"] = "00:00:00.200";
        await using var host = await CreateAsync(settings: settings);
        byte[][] contents = [.. AwaySizes.Select(size => PipelineHost.Bytes(size))];
        line.Close();
        await host.StartAsync();
        var ids = new List<Guid>();
        foreach (var bytes in contents)
        {
            ids.Add(await host.ReceiveAsync(bytes));
        }

        foreach (var id in ids)
        {
            await host.EndedAsync(id, FileStatus.Storing);
        }

        var (before, since) = (line.Refused, Stopwatch.GetTimestamp());
        await Eventually.IsAsync(
            () => Task.FromResult(line.Refused > before + (5 * ids.Count) && Stopwatch.GetElapsedTime(since) >= Away ? this : null), Away);
        foreach (var id in ids)
        {
            Assert.Equal(FileStatus.Storing, (await host.FileAsync(id))!.ProcessingStatus);
        }

        line.Open();

        foreach (var (id, bytes) in ids.Zip(contents))
        {
            await AssertIsAsync(bytes, host, (await host.EndedAsync(id, FileStatus.Ready)).StoragePath!);
        }

        Assert.Equal((contents.Sum(bytes => bytes.Length), 0), await host.UsageAsync());
        Assert.Equal(ids.Count, (await ListAsync(host)).Count);
    }

    [Fact]
    public async Task The_check_says_which_setting_is_wrong_and_when_the_store_is_away()
    {
        await using var line = new FaultyLine(await PortAsync());
        var (missing, spoiled, away) = (SettingsVia(line.Port), SettingsVia(line.Port), SettingsVia(line.Port));
        missing["Storage:CreateBuckets"] = "false";
        SpoilKey(spoiled);

        Assert.Contains("Storage:CreateBuckets", (await Assert.ThrowsAsync<StorageSettingException>(() => CreateAsync(settings: missing))).Message, StringComparison.Ordinal);
        Assert.Contains("Storage:" + Section, (await Assert.ThrowsAsync<StorageSettingException>(() => CreateAsync(settings: spoiled))).Message, StringComparison.Ordinal);
        line.Close();
        await Assert.ThrowsAsync<ContentUnavailableException>(() => CreateAsync(settings: away));
    }

    [Fact]
    public async Task A_server_with_a_wrong_setting_does_not_start_and_one_whose_store_is_away_does()
    {
        await using var line = new FaultyLine(await PortAsync());
        var spoiled = SettingsVia(line.Port);
        SpoilKey(spoiled);
        await using (var host = await PipelineHost.CreateAsync(Postgres, spoiled))
        {
            Assert.Contains("Storage:" + Section, (await Assert.ThrowsAsync<InvalidOperationException>(host.StartAsync)).Message, StringComparison.Ordinal);
        }

        line.Close();
        await using var waiting = await PipelineHost.CreateAsync(Postgres, SettingsVia(line.Port));
        await waiting.StartAsync();
    }

    /// <summary>Of its settings below <c>Storage</c>.</summary>
    protected abstract string Section { get; }
}
