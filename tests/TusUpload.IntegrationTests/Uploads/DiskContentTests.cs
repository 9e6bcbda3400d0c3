using System.Buffers;
using Microsoft.Extensions.Options;
using TusUpload.Data;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Uploads.Content;

namespace TusUpload.IntegrationTests.Uploads;

public sealed class DiskContentTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly Guid _upload = Guid.CreateVersion7();
    private ContentFolder _held = null!;
    private DiskContent _content = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        (_held, _content) = Open(new ContentOptions());
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _held.Dispose();
        return _folder.DisposeAsync();
    }

    [Fact]
    public async Task Bytes_are_found_where_they_were_written()
    {
        await _content.ReserveAsync(_upload, 1 << 20, Ct);
        await WriteAsync("world"u8.ToArray(), 6);
        await WriteAsync("hello "u8.ToArray(), 0);

        await using var stream = await _content.OpenReadAsync(_upload, 11, Ct);
        var read = new byte[11];
        await stream.ReadExactlyAsync(read, Ct);

        Assert.Equal("hello world"u8.ToArray(), read);
        Assert.Equal(1 << 20, new FileInfo(_content.PathOf(_upload)).Length);
    }

    [Fact]
    public async Task One_upload_is_one_file()
    {
        await WriteAsync("hello"u8.ToArray(), 0);

        Assert.Equal(["node", _upload.ToString()], Directory.GetFiles(_held.Path, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order().Reverse());
    }

    [Fact]
    public async Task Room_that_is_not_there_is_refused_and_nothing_is_left()
    {
        var room = new DriveInfo(_held.Path).AvailableFreeSpace;

        await Assert.ThrowsAsync<StorageFullException>(async () => await _content.ReserveAsync(_upload, room + 1, Ct));

        Assert.False(File.Exists(_content.PathOf(_upload)));
    }

    [Fact]
    public async Task Acknowledged_bytes_that_are_gone_are_not_written_over()
    {
        await Assert.ThrowsAnyAsync<IOException>(async () => await _content.OpenWriterAsync(ContentLease.Unknown(_upload), 10, Ct));
        await WriteAsync("0123456789"u8.ToArray(), 0);

        await using var writer = await _content.OpenWriterAsync(ContentLease.Unknown(_upload), 10, Ct);
        Assert.NotNull(writer);
    }

    [Fact]
    public async Task What_is_removed_is_gone_and_may_be_removed_again()
    {
        await WriteAsync("hello"u8.ToArray(), 0);

        await _content.DeleteAsync(_upload, Ct);
        await _content.DeleteAsync(_upload, Ct);
        await _content.DeleteAsync(Guid.CreateVersion7(), Ct);

        await Assert.ThrowsAsync<FileNotFoundException>(async () => await _content.OpenReadAsync(_upload, 5, Ct));
    }

    [Fact]
    public void A_folder_is_one_servers_and_names_its_node_for_ever()
    {
        var node = _held.Node;
        Assert.Throws<InvalidOperationException>(() => Open(new ContentOptions()));
        _held.Dispose();

        (_held, _content) = Open(new ContentOptions());

        Assert.Equal(node, _held.Node);
        Assert.Equal(node.Id, _content.Node);
    }

    [Fact]
    public void A_shared_folder_is_many_servers_and_no_nodes()
    {
        _held.Dispose();
        var (first, content) = Open(new ContentOptions { Shared = true });
        var (second, _) = Open(new ContentOptions { Shared = true });

        Assert.NotEqual(first.Node, second.Node);
        Assert.Null(content.Node);
    }

    private (ContentFolder Folder, DiskContent Content) Open(ContentOptions options)
    {
        var folder = new ContentFolder(Options.Create(options), Options.Create(new DataOptions { Path = _folder.FullPath }));
        return (folder, new(folder, Options.Create(options)));
    }

    private async Task WriteAsync(byte[] bytes, long position)
    {
        await using var writer = await _content.OpenWriterAsync(ContentLease.Unknown(_upload), 0, Ct);
        await writer.WriteAsync(new ReadOnlySequence<byte>(bytes), position, Ct);
        await writer.FlushAsync(Ct);
    }
}
