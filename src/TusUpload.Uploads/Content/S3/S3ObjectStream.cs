namespace TusUpload.Uploads.Content.S3;

/// <summary>An object's first bytes.</summary>
public sealed class S3ObjectStream : RangedStream
{
    private readonly S3Bucket _bucket;
    private readonly string _key;

    private S3ObjectStream(S3Bucket bucket, string key, long length)
        : base(length, bucket.Patience) => (_bucket, _key) = (bucket, key);

    /// <param name="length">How many bytes of it; null: all of them.</param>
    /// <exception cref="FileNotFoundException">It is not there, or not so long.</exception>
    public static async ValueTask<Stream> OpenAsync(S3Bucket bucket, string key, long? length, CancellationToken cancellationToken)
    {
        var found = await bucket.LengthAsync(key, cancellationToken);
        return found is { } all && all >= (length ?? 0)
            ? new S3ObjectStream(bucket, key, length ?? all)
            : throw new FileNotFoundException("The object is gone.");
    }

    protected override async Task<Stream?> OpenAsync(long start, long end, CancellationToken cancellationToken) =>
        (await _bucket.GetAsync(_key, start, end, cancellationToken))?.ResponseStream;
}
