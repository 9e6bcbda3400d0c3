using System.Collections.Concurrent;

using Microsoft.Extensions.Options;

using TusUpload.Uploads.Content.S3;

namespace TusUpload.Pipeline.Storage.S3;

/// <summary>The buckets of one object store.</summary>
internal sealed class S3Buckets(IOptions<S3StorageOptions> options) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<S3Bucket>> _buckets = new(StringComparer.Ordinal);

    public S3Bucket Get(string name) => _buckets.GetOrAdd(name, Open).Value;

    public void Dispose()
    {
        foreach (var bucket in _buckets.Values.Where(bucket => bucket.IsValueCreated))
        {
            bucket.Value.Dispose();
        }
    }

    private Lazy<S3Bucket> Open(string name) => new(() => new S3Bucket(options.Value.Address, name));
}
