using Amazon.S3;
using Amazon.S3.Model;

namespace TusUpload.Uploads.Content.S3;

/// <summary>Objects of a bucket that come in parts. Throws what <see cref="S3Bucket"/> throws.</summary>
public sealed class S3Multiparts
{
    private const int MaxPage = 1000;

    private readonly AmazonS3Client _client;
    private readonly S3Sender _sender;
    private readonly string _bucket;

    internal S3Multiparts(AmazonS3Client client, S3Sender sender, string bucket) => (_client, _sender, _bucket) = (client, sender, bucket);

    /// <summary>Opens a multipart upload; its name.</summary>
    public Task<string> InitiateAsync(string key, string? contentType, CancellationToken cancellationToken) => S3Trouble.GuardAsync(async () =>
        (await _client.InitiateMultipartUploadAsync(new() { BucketName = _bucket, Key = key, ContentType = contentType }, cancellationToken)).UploadId, cancellationToken);

    /// <summary>Uploads a part; its ETag without quotes. Null: the multipart upload is no longer there.</summary>
    public Task<string?> PutAsync(string key, string multipartId, int number, S3Body body, CancellationToken cancellationToken) =>
        S3Trouble.GuardAsync<string?>(async () =>
        {
            try
            {
                return await _sender.PutAsync(
                    new() { BucketName = _bucket, Key = key, UploadId = multipartId, PartNumber = number }, body, cancellationToken);
            }
            catch (AmazonS3Exception gone) when (S3Trouble.IsGone(gone))
            {
                return null;
            }
        }, cancellationToken);

    /// <summary>The parts that the store has, by number; null: the multipart upload is no longer there.</summary>
    public Task<Dictionary<int, S3Found>?> PartsAsync(string key, string multipartId, CancellationToken cancellationToken) =>
        S3Trouble.GuardAsync<Dictionary<int, S3Found>?>(async () =>
        {
            try
            {
                var parts = new Dictionary<int, S3Found>();
                ListPartsResponse page;
                string? after = null;
                do
                {
                    page = await _client.ListPartsAsync(
                        new() { BucketName = _bucket, Key = key, UploadId = multipartId, MaxParts = MaxPage, PartNumberMarker = after }, cancellationToken);
                    foreach (var part in page.Parts ?? [])
                    {
                        parts[part.PartNumber ?? 0] = new(part.Size ?? 0, S3Digest.Of(part.ETag));
                    }

                    after = page.NextPartNumberMarker?.ToString(System.Globalization.CultureInfo.InvariantCulture);
                }
                while (page.IsTruncated == true);

                return parts;
            }
            catch (AmazonS3Exception gone) when (S3Trouble.IsGone(gone))
            {
                return null;
            }
        }, cancellationToken);

    /// <summary>
    /// Makes one object of the parts, numbered from 1. False: the multipart upload is not there, which it is not after it was completed either, or a
    /// part is another one. An answer of true is not to be trusted alone: ask what is there with <see cref="S3Bucket.FindAsync"/>.
    /// </summary>
    public Task<bool> CompleteAsync(string key, string multipartId, IReadOnlyList<string> etags, CancellationToken cancellationToken) =>
        S3Trouble.GuardAsync(async () =>
        {
            try
            {
                await _client.CompleteMultipartUploadAsync(
                    new()
                    {
                        BucketName = _bucket,
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
            await _client.AbortMultipartUploadAsync(new() { BucketName = _bucket, Key = key, UploadId = multipartId }, cancellationToken);
        }
        catch (AmazonS3Exception gone) when (S3Trouble.IsGone(gone))
        {
            return false;
        }

        return true;
    }, cancellationToken);

    /// <summary>A page of the unfinished multipart uploads below a prefix, and where the next one begins; null at the end.</summary>
    public Task<(List<MultipartUpload> Uploads, (string Key, string Id)? Next)> ListAsync(
        string prefix, (string Key, string Id)? after, CancellationToken cancellationToken) => S3Trouble.GuardAsync(async () =>
    {
        var page = await _client.ListMultipartUploadsAsync(
            new ListMultipartUploadsRequest { BucketName = _bucket, Prefix = prefix, MaxUploads = MaxPage, KeyMarker = after?.Key, UploadIdMarker = after?.Id }, cancellationToken);
        return (page.MultipartUploads ?? [], page.IsTruncated == true ? (page.NextKeyMarker, page.NextUploadIdMarker) : ((string, string)?)null);
    }, cancellationToken);
}
