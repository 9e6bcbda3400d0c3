using System.Runtime.CompilerServices;

using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.Data.Moves;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Content.S3;

namespace TusUpload.Pipeline.Storage.S3;

/// <summary>Objects in the buckets of an S3 store: small ones in one request, larger ones in parts. A path's first segment is its bucket.</summary>
internal sealed class S3ObjectStorage : IObjectStorage
{
    public const string Name = "s3";

    private readonly S3Buckets _s3;
    private readonly ObjectBuckets _buckets;
    private readonly FileMoves _moves;
    private readonly S3StorageOptions _options;
    private readonly bool _create;
    private readonly string _spools;

    public S3ObjectStorage(
        S3Buckets s3, ObjectBuckets buckets, FileMoves moves, IOptions<S3StorageOptions> options, IOptions<StorageOptions> storage, IOptions<DataOptions> data)
    {
        (_s3, _buckets, _moves, _options, _create) = (s3, buckets, moves, options.Value, storage.Value.CreateBuckets);
        _spools = Path.Combine(data.Value.FullPath, "moves");
    }

    public string Kind => Name;

    /// <summary>Content in the same bucket: completing its multipart upload was the move, and verify has read it.</summary>
    public async Task<string?> AdoptAsync(ObjectSource source, string? bucket, CancellationToken cancellationToken)
    {
        if (bucket is null || source.Parts.Count > 0 || source.Content is not IObjectContent content)
        {
            return null;
        }

        return await content.KeepAsync(source.UploadId, source.Length, _options.ServiceUrl!, bucket, cancellationToken) is { } key ? $"{bucket}/{key}" : null;
    }

    public async Task<ObjectProof> StoreAsync(ObjectMove move, CancellationToken cancellationToken)
    {
        var (name, key) = ObjectKey.Split(move.StoragePath);
        var bucket = _s3.Get(name);
        Directory.CreateDirectory(_spools);
        try
        {
            return move.Source.Length <= _options.PartSize
                ? await PutAsync(bucket, key, move, cancellationToken)
                : await new S3Move(bucket, key, move, _options, _spools).RunAsync(cancellationToken);
        }
        catch (S3TooLargeException refused)
        {
            throw new ObjectRefusedException(ObjectRefusedException.TooLarge, "The file is larger than the object store takes.", refused);
        }
    }

    public async Task<Stream> OpenReadAsync(string storagePath, CancellationToken cancellationToken)
    {
        var (bucket, key) = ObjectKey.Split(storagePath);
        return await S3ObjectStream.OpenAsync(_s3.Get(bucket), key, null, cancellationToken);
    }

    public async Task<Uri?> SignAsync(ObjectLink link, CancellationToken cancellationToken)
    {
        var (bucket, key) = ObjectKey.Split(link.StoragePath);
        return await _s3.GetForClients(bucket).SignAsync(key, link.Validity, link.ContentType, link.ContentDisposition);
    }

    /// <summary>With what an unfinished move of it left.</summary>
    public async Task DeleteAsync(string storagePath, CancellationToken cancellationToken)
    {
        var (name, key) = ObjectKey.Split(storagePath);
        var bucket = _s3.Get(name);
        await foreach (var (found, multipartId, _) in MultipartsAsync(bucket, key, cancellationToken))
        {
            if (found == key)
            {
                await bucket.Multiparts.AbortAsync(key, multipartId, cancellationToken);
            }
        }

        await bucket.DeleteAsync(key, cancellationToken);
    }

    public async IAsyncEnumerable<string> ListAsync(DateTimeOffset unchangedSince, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var name in _buckets.All)
        {
            string? next = null;
            do
            {
                (var page, next) = await _s3.Get(name).ListObjectsAsync("", next, cancellationToken);
                foreach (var found in page.Where(found => IsOld(found.LastModified, unchangedSince)))
                {
                    yield return $"{name}/{found.Key}";
                }
            }
            while (next is not null);
        }
    }

    /// <summary>
    /// Multipart uploads of files that we know, other than the one that is noted: their makers died before the note, or were second. Others' are never touched,
    /// though they may look like ours.
    /// </summary>
    public async Task<int> SweepAsync(DateTimeOffset olderThan, CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var name in _buckets.All)
        {
            var bucket = _s3.Get(name);
            await foreach (var (key, multipartId, begunAt) in MultipartsAsync(bucket, "", cancellationToken))
            {
                if (IsOld(begunAt, olderThan) && ObjectKey.FileOf($"{name}/{key}") is { } fileId
                    && await _moves.AskAsync(fileId, cancellationToken) is (true, var remoteId)
                    && RemoteParts.Parse(remoteId)?.MultipartId != multipartId)
                {
                    await bucket.Multiparts.AbortAsync(key, multipartId, cancellationToken);
                    removed++;
                }
            }
        }

        return removed;
    }

    /// <summary>Every bucket must be there; those that are missing are made where that is allowed.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var name in _buckets.All)
        {
            try
            {
                var bucket = _s3.Get(name);
                if (await bucket.ExistsAsync("", cancellationToken))
                {
                    continue;
                }

                if (!_create)
                {
                    throw new StorageSettingException($"The bucket {name} is not there. Make it, or set Storage:CreateBuckets.");
                }

                await bucket.CreateAsync(cancellationToken);
            }
            catch (S3RefusedException refused)
            {
                throw new StorageSettingException($"{refused.Message} Check Storage:S3 and the rights of its key in the bucket {name}.", refused);
            }
        }
    }

    private async Task<ObjectProof> PutAsync(S3Bucket bucket, string key, ObjectMove move, CancellationToken cancellationToken)
    {
        try
        {
            using var source = new SourceParts(move.Source, _spools);
            using var part = await source.OpenAsync(0, move.Source.Length, cancellationToken);
            var body = await S3Body.OfAsync(part.Bytes, cancellationToken);
            if (await bucket.PutAsync(key, body, move.ContentType, cancellationToken) == body.Digest)
            {
                return ObjectProof.Digest;
            }
        }
        catch (FileNotFoundException)
        {
            // An earlier run stored it and died before it could say so, or nobody did.
            if (await bucket.LengthAsync(key, cancellationToken) != move.Source.Length)
            {
                throw;
            }
        }

        return ObjectProof.Length;
    }

    private static async IAsyncEnumerable<(string Key, string MultipartId, DateTime? BegunAt)> MultipartsAsync(
        S3Bucket bucket, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (string Key, string Id)? next = null;
        do
        {
            (var page, next) = await bucket.Multiparts.ListAsync(prefix, next, cancellationToken);
            foreach (var upload in page)
            {
                yield return (upload.Key, upload.UploadId, upload.Initiated);
            }
        }
        while (next is not null);
    }

    private static bool IsOld(DateTime? time, DateTimeOffset olderThan) => time is { } known && known.ToUniversalTime() <= olderThan.UtcDateTime;
}
