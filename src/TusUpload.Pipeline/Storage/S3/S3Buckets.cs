using System.Collections.Concurrent;

using Microsoft.Extensions.Options;

using TusUpload.Uploads.Content.S3;

namespace TusUpload.Pipeline.Storage.S3;

/// <summary>The buckets of one object store.</summary>
internal sealed class S3Buckets(IOptions<S3StorageOptions> options, IOptions<StorageOptions> storage) : IDisposable
{
    private readonly ConcurrentDictionary<(string Name, bool ForClients), Lazy<S3Bucket>> _buckets = new();

    public S3Bucket Get(string name) => _buckets.GetOrAdd((name, false), Open).Value;

    /// <summary>As clients reach it: for addresses that are signed for them. A signature holds for the host that it was made for alone.</summary>
    public S3Bucket GetForClients(string name) => _buckets.GetOrAdd((name, storage.Value.PublicUrl is not null), Open).Value;

    public void Dispose()
    {
        foreach (var bucket in _buckets.Values.Where(bucket => bucket.IsValueCreated))
        {
            bucket.Value.Dispose();
        }
    }

    private Lazy<S3Bucket> Open((string Name, bool ForClients) bucket) => new(() =>
        new S3Bucket(options.Value.AddressAt(bucket.ForClients ? storage.Value.PublicUrl! : options.Value.ServiceUrl!), bucket.Name));
}
