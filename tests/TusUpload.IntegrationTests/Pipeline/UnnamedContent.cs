using TusUpload.Uploads.Content;

namespace TusUpload.IntegrationTests.Pipeline;

/// <summary>A content that is no file, as far as the object store knows.</summary>
internal sealed class UnnamedContent(IUploadContent inner) : IUploadContent
{
    public string Kind => inner.Kind;

    public Guid? Node => inner.Node;

    public ValueTask ReserveAsync(Guid uploadId, long length, CancellationToken cancellationToken) =>
        inner.ReserveAsync(uploadId, length, cancellationToken);

    public ValueTask<IContentWriter> OpenWriterAsync(ContentLease lease, long offset, CancellationToken cancellationToken) =>
        inner.OpenWriterAsync(lease, offset, cancellationToken);

    public IAsyncEnumerable<Guid> ListAsync(DateTimeOffset unchangedSince, CancellationToken cancellationToken) =>
        inner.ListAsync(unchangedSince, cancellationToken);

    public ValueTask<Stream> OpenReadAsync(Guid uploadId, long length, CancellationToken cancellationToken) =>
        inner.OpenReadAsync(uploadId, length, cancellationToken);

    public ValueTask DeleteAsync(Guid uploadId, CancellationToken cancellationToken) => inner.DeleteAsync(uploadId, cancellationToken);
}
