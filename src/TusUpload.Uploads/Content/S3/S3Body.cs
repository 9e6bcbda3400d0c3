namespace TusUpload.Uploads.Content.S3;

/// <summary>What is sent in one request. <paramref name="Bytes"/> can seek and is read from its beginning; <paramref name="Digest"/> is its MD5 in hexadecimal digits.</summary>
public sealed record S3Body(Stream Bytes, string Digest)
{
    /// <summary>Reads all of a stream for its digest.</summary>
    public static async Task<S3Body> OfAsync(Stream bytes, CancellationToken cancellationToken) =>
        new(bytes, await S3Digest.OfAsync(bytes, cancellationToken));
}
