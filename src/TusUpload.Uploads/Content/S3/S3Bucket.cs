using Amazon.S3;
using Amazon.S3.Model;

namespace TusUpload.Uploads.Content.S3;

/// <summary>
/// One bucket. Every call throws <see cref="StorageFullException"/>, or <see cref="ContentUnavailableException"/> after the client's tries are used up;
/// what else may come of a call is its value.
/// </summary>
public sealed class S3Bucket : IDisposable
{
    private const int MaxPage = 1000;

    private readonly AmazonS3Client _client;
    private readonly S3Sender _sender;
    private readonly Amazon.S3.Protocol _protocol;

    public S3Bucket(S3Address address, string name)
    {
        (Name, Patience, _client, _protocol) = (name, address.RequestTimeout, address.Connect(), address.Protocol);
        _sender = new(_client, address);
        Multiparts = new(_client, _sender, name);
    }

    public string Name { get; }

    /// <summary>How long an answer may stand still.</summary>
    public TimeSpan Patience { get; }

    /// <summary>Objects that come in parts.</summary>
    public S3Multiparts Multiparts { get; }

    /// <summary>Stores an object in one request; its ETag without quotes.</summary>
    public Task<string> PutAsync(string key, S3Body body, string? contentType, CancellationToken cancellationToken) => S3Trouble.GuardAsync(
        () => _sender.PutAsync(new() { BucketName = Name, Key = key, ContentType = contentType }, body, cancellationToken), cancellationToken);

    /// <summary>An object's length in bytes; null where there is none.</summary>
    public async Task<long?> LengthAsync(string key, CancellationToken cancellationToken) => (await FindAsync(key, cancellationToken))?.Length;

    /// <summary>What the store says of an object; null where there is none.</summary>
    public Task<S3Found?> FindAsync(string key, CancellationToken cancellationToken) => S3Trouble.GuardAsync<S3Found?>(async () =>
    {
        try
        {
            var found = await _client.GetObjectMetadataAsync(new() { BucketName = Name, Key = key }, cancellationToken);
            return new(found.ContentLength, S3Digest.Of(found.ETag));
        }
        catch (AmazonS3Exception gone) when (S3Trouble.IsGone(gone))
        {
            return null;
        }
    }, cancellationToken);

    /// <summary>An object's bytes <c>[start, end)</c>; null where there is none. Dispose of the answer.</summary>
    public Task<GetObjectResponse?> GetAsync(string key, long start, long end, CancellationToken cancellationToken) =>
        S3Trouble.GuardAsync<GetObjectResponse?>(async () =>
        {
            try
            {
                return await _client.GetObjectAsync(new() { BucketName = Name, Key = key, ByteRange = new(start, end - 1) }, cancellationToken);
            }
            catch (AmazonS3Exception gone) when (S3Trouble.IsGone(gone))
            {
                return null;
            }
        }, cancellationToken);

    /// <summary>An address at which whoever has it reads an object, under these headers, for so long. Nothing is asked of the store.</summary>
    public async Task<Uri> SignAsync(string key, TimeSpan validity, string contentType, string contentDisposition) => new(await _client.GetPreSignedURLAsync(new()
    {
        BucketName = Name,
        Key = key,
        Verb = HttpVerb.GET,
        Protocol = _protocol,
        Expires = TimeProvider.System.GetUtcNow().UtcDateTime + validity,
        ResponseHeaderOverrides = new() { ContentType = contentType, ContentDisposition = contentDisposition, CacheControl = "private, no-cache" },
    }));

    /// <summary>Removes an object; one that is not there is no error.</summary>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        S3Trouble.GuardAsync(
            async () => await _client.DeleteObjectAsync(new() { BucketName = Name, Key = key }, cancellationToken), cancellationToken);

    /// <summary>A page of the objects below a prefix, and where the next one begins; null at the end.</summary>
    public Task<(List<S3Object> Objects, string? Next)> ListObjectsAsync(string prefix, string? after, CancellationToken cancellationToken) =>
        S3Trouble.GuardAsync(async () =>
        {
            var page = await _client.ListObjectsV2Async(
                new() { BucketName = Name, Prefix = prefix, MaxKeys = MaxPage, ContinuationToken = after }, cancellationToken);
            return (page.S3Objects ?? [], page.IsTruncated == true ? page.NextContinuationToken : null);
        }, cancellationToken);

    /// <summary>Whether the bucket is there. Throws <see cref="S3RefusedException"/> when the store does not let us in.</summary>
    public Task<bool> ExistsAsync(string prefix, CancellationToken cancellationToken) => S3Trouble.GuardAsync(async () =>
    {
        try
        {
            // Not HEAD: its refusals have no body that says why.
            await _client.ListObjectsV2Async(new() { BucketName = Name, Prefix = prefix, MaxKeys = 1 }, cancellationToken);
            return true;
        }
        catch (AmazonS3Exception missing) when (missing.ErrorCode == "NoSuchBucket")
        {
            return false;
        }
    }, cancellationToken);

    /// <summary>Makes the bucket; one that is ours already is no error.</summary>
    public Task CreateAsync(CancellationToken cancellationToken) => S3Trouble.GuardAsync(async () =>
    {
        try
        {
            await _client.PutBucketAsync(new PutBucketRequest { BucketName = Name, UseClientRegion = true }, cancellationToken);
            return true;
        }
        catch (AmazonS3Exception there) when (there.ErrorCode == "BucketAlreadyOwnedByYou")
        {
            return false;
        }
    }, cancellationToken);

    public void Dispose() => _client.Dispose();
}

/// <summary>An object. <paramref name="Length"/> in bytes; <paramref name="ETag"/> without quotes.</summary>
public sealed record S3Found(long Length, string ETag);
