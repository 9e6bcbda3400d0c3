using Npgsql;

using TusUpload.Data.Moves;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Pipeline.Storage;
using TusUpload.Pipeline.Storage.Local;
using TusUpload.Uploads.Content;

namespace TusUpload.IntegrationTests.Pipeline.Storage;

public sealed class LocalObjectStorageTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly LocalObjectStorage _storage;
    private readonly Guid _id = Guid.CreateVersion7();

    // This store notes nothing.
    private readonly NpgsqlDataSource _nowhere = NpgsqlDataSource.Create("Host=nowhere.invalid");

    public LocalObjectStorageTests() => _storage = new LocalObjectStorage(_folder.File("objects"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Key => ObjectKey.For(null, Guid.Empty, _id);

    private string Target => _folder.File("objects", Key);

    private string Source => _folder.File("source");

    [Theory]
    [InlineData(3_000, true)]
    [InlineData(2_000_000, false)]
    public async Task A_file_becomes_the_object_cut_to_its_length_and_a_small_one_stays_besides(int length, bool stays)
    {
        await File.WriteAllBytesAsync(Source, PipelineHost.Bytes(length + 2_000), Ct);

        Assert.Equal(ObjectProof.Digest, await StoreAsync(new FileSource(Source), length));

        Assert.Equal(PipelineHost.Bytes(length + 2_000)[..length], await ReadAsync());
        Assert.Equal(stays, File.Exists(Source));
    }

    [Theory]
    [InlineData(3_000, true)]
    [InlineData(2_000_000, false)]
    public async Task Stored_twice_is_stored_once(int length, bool stays)
    {
        await File.WriteAllBytesAsync(Source, PipelineHost.Bytes(length), Ct);
        await StoreAsync(new FileSource(Source), length);

        await StoreAsync(new FileSource(Source), length);

        Assert.Equal(PipelineHost.Bytes(length), await ReadAsync());
        Assert.Equal(stays ? [Source, Target] : [Target], Directory.GetFiles(_folder.FullPath, "*", SearchOption.AllDirectories).OrderDescending());
    }

    [Fact]
    public async Task A_small_file_takes_the_place_of_what_an_earlier_run_had_copied()
    {
        await File.WriteAllBytesAsync(Source, PipelineHost.Bytes(3_000), Ct);
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        await File.WriteAllBytesAsync(Target, new byte[100], Ct);

        Assert.Equal(ObjectProof.Digest, await StoreAsync(new FileSource(Source), 3_000));

        Assert.Equal(PipelineHost.Bytes(3_000), await ReadAsync());
        Assert.Equal([Source, Target], Directory.GetFiles(_folder.FullPath, "*", SearchOption.AllDirectories).OrderDescending());
    }

    [Fact]
    public async Task A_content_that_is_no_file_is_copied_and_stays()
    {
        await File.WriteAllBytesAsync(Source, PipelineHost.Bytes(3_000_000), Ct);

        Assert.Equal(ObjectProof.Length, await StoreAsync(new StreamSource(Source), 2_500_000));
        Assert.Equal(ObjectProof.Length, await StoreAsync(new StreamSource(Source), 2_500_000));

        Assert.Equal(PipelineHost.Bytes(3_000_000)[..2_500_000], await ReadAsync());
        Assert.Equal(2, Directory.GetFiles(_folder.FullPath, "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task What_a_killed_copy_left_goes_with_the_next_one_and_a_copy_that_runs_is_left_alone()
    {
        await File.WriteAllBytesAsync(Source, PipelineHost.Bytes(3_000), Ct);
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        var (killed, running) = ($"{Target}.{_id:n}.part", $"{Target}.{Guid.Empty:n}.part");
        await File.WriteAllBytesAsync(killed, PipelineHost.Bytes(9_000, seed: 5), Ct);
        await File.WriteAllBytesAsync(running, PipelineHost.Bytes(9_000, seed: 5), Ct);
        File.SetLastWriteTimeUtc(killed, TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(-3));

        await StoreAsync(new StreamSource(Source), 3_000);

        Assert.Equal(PipelineHost.Bytes(3_000), await ReadAsync());
        Assert.Equal((false, true), (File.Exists(killed), File.Exists(running)));
        await _storage.DeleteAsync(Key, Ct);
        Assert.False(File.Exists(running));
    }

    [Fact]
    public async Task Two_nodes_at_the_same_file_make_one_whole_object_whoever_is_first()
    {
        var bytes = PipelineHost.Bytes(3_000_000);
        await File.WriteAllBytesAsync(Source, bytes, Ct);
        var (first, second) = (new PausedSource(Source, 2_000_000), new PausedSource(Source, 1_000_000));
        var ahead = StoreAsync(first, bytes.Length);
        await first.IsThere.Task.WaitAsync(Ct);
        var behind = StoreAsync(second, bytes.Length);
        await second.IsThere.Task.WaitAsync(Ct);

        // The one that is ahead stores, settles and removes the content, while the other one has read a third of it.
        first.GoOn.SetResult();
        await ahead;
        Assert.Equal(bytes, await ReadAsync());
        second.IsGone = true;
        second.GoOn.SetResult();

        await Assert.ThrowsAsync<FileNotFoundException>(() => behind);
        Assert.Equal(bytes, await ReadAsync());
        Assert.Equal([Target], Directory.GetFiles(_folder.File("objects"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_copy_that_fails_in_the_middle_shows_no_object()
    {
        await File.WriteAllBytesAsync(Source, PipelineHost.Bytes(2_000), Ct);

        await Assert.ThrowsAsync<InvalidDataException>(() => StoreAsync(new StreamSource(Source), 3_000));

        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task A_file_of_another_file_system_is_copied()
    {
        const string memory = "/dev/shm";
        Assert.SkipUnless(Directory.Exists(memory), "There is no other file system here.");
        var elsewhere = Path.Combine(memory, _id.ToString());
        try
        {
            await File.WriteAllBytesAsync(elsewhere, PipelineHost.Bytes(5_000), Ct);

            await StoreAsync(new FileSource(elsewhere), 3_000);

            Assert.Equal(PipelineHost.Bytes(5_000)[..3_000], await ReadAsync());
        }
        finally
        {
            File.Delete(elsewhere);
        }
    }

    [Fact]
    public async Task Neither_source_nor_object_is_an_error()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => StoreAsync(new FileSource(Source), 3_000));
        await Assert.ThrowsAsync<FileNotFoundException>(() => _storage.OpenReadAsync(Key, Ct));
    }

    [Fact]
    public async Task An_object_of_another_length_does_not_count_as_stored()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        await File.WriteAllBytesAsync(Target, PipelineHost.Bytes(2_999), Ct);

        await Assert.ThrowsAsync<FileNotFoundException>(() => StoreAsync(new FileSource(Source), 3_000));
    }

    [Fact]
    public async Task Deleting_is_done_when_nothing_is_there()
    {
        await File.WriteAllBytesAsync(Source, PipelineHost.Bytes(10), Ct);
        await StoreAsync(new FileSource(Source), 10);

        await _storage.DeleteAsync(Key, Ct);
        await _storage.DeleteAsync(Key, Ct);
        await _storage.DeleteAsync("never/was/there", Ct);

        Assert.False(File.Exists(Target));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("a/../../outside")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a/.part")]
    [InlineData("a\\b")]
    [InlineData("")]
    public async Task A_key_never_leads_outside(string key)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _storage.OpenReadAsync(key, Ct));
        await Assert.ThrowsAsync<ArgumentException>(() => _storage.DeleteAsync(key, Ct));
    }

    [Fact]
    public async Task The_check_leaves_nothing_behind_and_fails_where_nothing_can_be_written()
    {
        await _storage.CheckAsync(Ct);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.File("objects")));

        await File.WriteAllTextAsync(_folder.File("file"), string.Empty, Ct);
        await Assert.ThrowsAnyAsync<IOException>(() => new LocalObjectStorage(_folder.File("file", "objects")).CheckAsync(Ct));
    }

    public async ValueTask DisposeAsync()
    {
        await _nowhere.DisposeAsync();
        await _folder.DisposeAsync();
    }

    private Task<ObjectProof> StoreAsync(IUploadContent source, long length)
    {
        var notes = new MoveNotes(new FileMoves(_nowhere), _id, Key, TimeProvider.System);
        return _storage.StoreAsync(new ObjectMove(new(source, _id, length), Key, "", null, notes), Ct);
    }

    private async Task<byte[]> ReadAsync()
    {
        await using var stream = await _storage.OpenReadAsync(Key, Ct);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, Ct);
        return bytes;
    }

    /// <summary>Waits at a place, and may be gone then.</summary>
    private sealed class PausedSource(string path, int place) : StreamSource(path)
    {
        public TaskCompletionSource IsThere { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsGone { get; set; }

        public override ValueTask<Stream> OpenReadAsync(Guid uploadId, long length, CancellationToken cancellationToken) =>
            new(new PausedStream(FilePath, this, place));
    }

    private sealed class PausedStream(string path, PausedSource source, int place) : FileStream(path, FileMode.Open, FileAccess.Read)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position < place)
            {
                return await base.ReadAsync(buffer[..(int)Math.Min(buffer.Length, place - Position)], cancellationToken);
            }

            source.IsThere.TrySetResult();
            await source.GoOn.Task.WaitAsync(cancellationToken);
            return source.IsGone ? throw new FileNotFoundException("The content is gone.") : await base.ReadAsync(buffer, cancellationToken);
        }
    }

    private sealed class FileSource(string path) : StreamSource(path), IFileContent
    {
        public string PathOf(Guid uploadId) => FilePath;
    }

    private class StreamSource(string path) : IUploadContent
    {
        public string Kind => "test";

        public Guid? Node => null;

        protected string FilePath => path;

        public ValueTask ReserveAsync(Guid uploadId, long length, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IContentWriter> OpenWriterAsync(ContentLease lease, long offset, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public IAsyncEnumerable<Guid> ListAsync(DateTimeOffset unchangedSince, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public virtual ValueTask<Stream> OpenReadAsync(Guid uploadId, long length, CancellationToken cancellationToken) => new(File.OpenRead(path));

        public ValueTask DeleteAsync(Guid uploadId, CancellationToken cancellationToken)
        {
            File.Delete(path);
            return ValueTask.CompletedTask;
        }
    }
}
