using System.Security.Cryptography;

using Amazon.S3;
using Amazon.S3.Model;

namespace TusUpload.Uploads.Content.S3;

/// <summary>
/// One bucket. Every call throws <see cref="StorageFullException"/>, or <see cref="ContentUnavailableException"/> after the client's tries are used up;
/// what else may come of a call is its value.
/// </summary>
public sealed class S3Bucket(S3Address address, string name) : IDisposable
{
    private const int MaxPage = 1000;

    private readonly AmazonS3Client _client = address.Connect();

    public string Name => name;

    /// <summary>Opens a multipart upload; its name.</summary>
    public Task<string> InitiateAsync(string key, CancellationToken cancellationToken) => S3Trouble.GuardAsync(async () =>
        (await _client.InitiateMultipartUploadAsync(new() { BucketName = name, Key = key }, cancellationToken)).UploadId, cancellationToken);

    /// <summary>Uploads a part; its ETag. Null: the multipart upload is no longer there.</summary>
    /// <param name="bytes">Can seek, begins at 0; is read twice or more.</param>
    public Task<string?> PutPartAsync(string key, string multipartId, int number, Stream bytes, CancellationToken cancellationToken) =>
        S3Trouble.GuardAsync(async () =>
        {
            var digest = await DigestAsync(bytes, cancellationToken);
            try
            {
                var answer = await _client.UploadPartAsync(
                    new()
                    {
                        BucketName = name,
                        Key = key,
                        UploadId = multipartId,
                        PartNumber = number,
                        InputStream = bytes,
                        PartSize = bytes.Length,
                        MD5Digest = digest,

                        // Chunked signatures are not understood by every store.
                        UseChunkEncoding = false,
                        DisablePayloadSigning = address.IsEncrypted ? true : null,
                    },
                    cancellationToken);
                return answer.ETag;
            }
            catch (AmazonS3Exception gone) when (S3Trouble.IsGone(gone))
            {
                return null;
            }
        }, cancellationToken);

    /// <summary>
    /// Makes one object of the parts, numbered from 1. False: the multipart upload is not there, which it is not after it was completed either, or a
    /// part is another one. An answer of true is not to be trusted alone: ask for the <see cref="LengthAsync"/>.
    /// </summary>
    public Task<bool> CompleteAsync(string key, string multipartId, IReadOnlyList<string> etags, CancellationToken cancellationToken) =>
        S3Trouble.GuardAsync(async () =>
        {
            try
            {
                await _client.CompleteMultipartUploadAsync(
                    new()
                    {
                        BucketName = name,
                        Key = key,
                        UploadId = multipartId,
                        PartETags = [.. etags.Select((etag, index) => new PartETag(index + 1, etag))],
                    },
                    cancellationToken);
                return true;
            }
            catch (AmazonS3Exception gone) when (S3Trouble.IsGone(gone) || gone.ErrorCode is "InvalidPart" or "InvalidRequest")
            {
                return false;
            }
        }, cancellationToken);

    /// <summary>Gives a multipart upload up, with its parts; one that is not there is no error.</summary>
    public Task AbortAsync(string key, string multipartId, CancellationToken cancellationToken) => S3Trouble.GuardAsync(async () =>
    {
        try
        {
            await _client.AbortMultipartUploadAsync(new() { BucketName = name, Key = key, UploadId = multipartId }, cancellationToken);
        }
        catch (AmazonS3Exception gone) when (S3Trouble.IsGone(gone))
        {
            return false;
        }

        return true;
    }, cancellationToken);

    /// <summary>An object's length in bytes; null where there is none.</summary>
    public Task<long?> LengthAsync(string key, CancellationToken cancellationToken) => S3Trouble.GuardAsync<long?>(async () =>
    {
        try
        {
            return (await _client.GetObjectMetadataAsync(new() { BucketName = name, Key = key }, cancellationToken)).ContentLength;
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
                return await _client.GetObjectAsync(new() { BucketName = name, Key = key, ByteRange = new(start, end - 1) }, cancellationToken);
            }
            catch (AmazonS3Exception gone) when (S3Trouble.IsGone(gone))
            {
                return null;
            }
        }, cancellationToken);

    /// <summary>Removes an object; one that is not there is no error.</summary>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        S3Trouble.GuardAsync(
            async () => await _client.DeleteObjectAsync(new() { BucketName = name, Key = key }, cancellationToken), cancellationToken);

    /// <summary>A page of the objects below a prefix, and where the next one begins; null at the end.</summary>
    public Task<(List<S3Object> Objects, string? Next)> ListObjectsAsync(string prefix, string? after, CancellationToken cancellationToken) =>
        S3Trouble.GuardAsync(async () =>
        {
            var page = await _client.ListObjectsV2Async(
                new() { BucketName = name, Prefix = prefix, MaxKeys = MaxPage, ContinuationToken = after }, cancellationToken);
            return (page.S3Objects ?? [], page.IsTruncated == true ? page.NextContinuationToken : null);
        }, cancellationToken);

    /// <summary>A page of the unfinished multipart uploads below a prefix, and where the next one begins; null at the end.</summary>
    public Task<(List<MultipartUpload> Uploads, (string Key, string Id)? Next)> ListMultipartsAsync(
        string prefix, (string Key, string Id)? after, CancellationToken cancellationToken) => S3Trouble.GuardAsync(async () =>
    {
        var page = await _client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = name, Prefix = prefix, MaxUploads = MaxPage, KeyMarker = after?.Key, UploadIdMarker = after?.Id }, cancellationToken);
        return (page.MultipartUploads ?? [], page.IsTruncated == true ? (page.NextKeyMarker, page.NextUploadIdMarker) : ((string, string)?)null);
    }, cancellationToken);

    /// <summary>Whether the bucket is there. Throws <see cref="S3RefusedException"/> when the store does not let us in.</summary>
    public Task<bool> ExistsAsync(string prefix, CancellationToken cancellationToken) => S3Trouble.GuardAsync(async () =>
    {
        try
        {
            // Not HEAD: its refusals have no body that says why.
            await _client.ListObjectsV2Async(new() { BucketName = name, Prefix = prefix, MaxKeys = 1 }, cancellationToken);
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
            await _client.PutBucketAsync(new PutBucketRequest { BucketName = name, UseClientRegion = true }, cancellationToken);
            return true;
        }
        catch (AmazonS3Exception there) when (there.ErrorCode == "BucketAlreadyOwnedByYou")
        {
            return false;
        }
    }, cancellationToken);

    public void Dispose() => _client.Dispose();

    private static async Task<string> DigestAsync(Stream bytes, CancellationToken cancellationToken)
    {
#pragma warning disable CA5351 // What the store checks that it got; no secret.
        var digest = await MD5.HashDataAsync(bytes, cancellationToken);
#pragma warning restore CA5351
        bytes.Position = 0;
        return Convert.ToBase64String(digest);
    }
}
