using TusUpload.Pipeline.Storage;
using TusUpload.Pipeline.Storage.Local;
using TusUpload.Uploads.Content;

namespace TusUpload.IntegrationTests.Pipeline;

/// <summary>Kills a run at one of the places it comes by: every statement (each asks for the time), and before and after every touch of bytes.</summary>
internal sealed class Faults
{
    private int _left = int.MaxValue;

    public void KillAt(int place) => _left = place;

    public void Never() => _left = int.MaxValue;

    public void Pass()
    {
        // What was killed does nothing any more.
        if (_left-- <= 0)
        {
            throw new KilledException();
        }
    }
}

internal sealed class KilledException : Exception;

internal sealed class FaultyTime(Faults faults) : TimeProvider
{
    public override DateTimeOffset GetUtcNow()
    {
        faults.Pass();
        return base.GetUtcNow();
    }
}

internal sealed class FaultyContent(DiskContent inner, Faults faults) : IUploadContent, IFileContent
{
    public string Kind => inner.Kind;

    public Guid? Node => inner.Node;

    public string PathOf(Guid uploadId) => inner.PathOf(uploadId);

    public ValueTask ReserveAsync(Guid uploadId, long length, CancellationToken cancellationToken) =>
        inner.ReserveAsync(uploadId, length, cancellationToken);

    public ValueTask<IContentWriter> OpenWriterAsync(ContentLease lease, long offset, CancellationToken cancellationToken) =>
        inner.OpenWriterAsync(lease, offset, cancellationToken);

    public IAsyncEnumerable<Guid> ListAsync(DateTimeOffset unchangedSince, CancellationToken cancellationToken) =>
        inner.ListAsync(unchangedSince, cancellationToken);

    public ValueTask<Stream> OpenReadAsync(Guid uploadId, long length, CancellationToken cancellationToken)
    {
        faults.Pass();
        return inner.OpenReadAsync(uploadId, length, cancellationToken);
    }

    public async ValueTask DeleteAsync(Guid uploadId, CancellationToken cancellationToken)
    {
        faults.Pass();
        await inner.DeleteAsync(uploadId, cancellationToken);
        faults.Pass();
    }
}

internal sealed class FaultyStorage(LocalObjectStorage inner, Faults faults) : IObjectStorage
{
    public string Kind => inner.Kind;

    public async Task<ObjectProof> StoreAsync(ObjectMove move, CancellationToken cancellationToken)
    {
        faults.Pass();
        var proof = await inner.StoreAsync(move, cancellationToken);
        faults.Pass();
        return proof;
    }

    public Task<Stream> OpenReadAsync(string storagePath, CancellationToken cancellationToken) =>
        inner.OpenReadAsync(storagePath, cancellationToken);

    public Task<Uri?> SignAsync(ObjectLink link, CancellationToken cancellationToken) => inner.SignAsync(link, cancellationToken);

    public Task DeleteAsync(string storagePath, CancellationToken cancellationToken) => inner.DeleteAsync(storagePath, cancellationToken);

    public IAsyncEnumerable<string> ListAsync(DateTimeOffset unchangedSince, CancellationToken cancellationToken) =>
        inner.ListAsync(unchangedSince, cancellationToken);

    public Task<int> SweepAsync(DateTimeOffset olderThan, CancellationToken cancellationToken) => inner.SweepAsync(olderThan, cancellationToken);

    public Task CheckAsync(CancellationToken cancellationToken) => inner.CheckAsync(cancellationToken);
}
