using System.Runtime.CompilerServices;

using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.Uploads.Content;

namespace TusUpload.Pipeline.Storage.Supabase;

/// <summary>Objects in the buckets of a Supabase project. A path's first segment is its bucket.</summary>
internal sealed class SupabaseObjectStorage(
    SupabaseStorageClient client,
    SupabaseHttp http,
    ObjectBuckets buckets,
    IOptions<SupabaseStorageOptions> options,
    IOptions<StorageOptions> storage,
    IOptions<DataOptions> data)
    : IObjectStorage
{
    public const string Name = "supabase";

    private readonly string _spools = Path.Combine(data.Value.FullPath, "moves");

    public string Kind => Name;

    public Task<ObjectProof> StoreAsync(ObjectMove move, CancellationToken cancellationToken)
    {
        var (bucket, key) = ObjectKey.Split(move.StoragePath);
        Directory.CreateDirectory(_spools);
        return GuardAsync(() => new SupabaseMove(client.From(bucket), key, move, options.Value, _spools).RunAsync(cancellationToken));
    }

    public Task<Stream> OpenReadAsync(string storagePath, CancellationToken cancellationToken)
    {
        var (name, key) = ObjectKey.Split(storagePath);
        var bucket = client.From(name);
        return GuardAsync<Stream>(async () => (await bucket.InfoAsync(key, cancellationToken))?.Size is { } length
            ? new ObjectStream(bucket, key, length, http.Patience)
            : throw new FileNotFoundException("The object is gone."));
    }

    public Task<Uri?> SignAsync(ObjectLink link, CancellationToken cancellationToken)
    {
        var (bucket, key) = ObjectKey.Split(link.StoragePath);
        return GuardAsync<Uri?>(async () => await client.From(bucket).CreateSignedUrlAsync(key, link.Validity, link.FileName, cancellationToken));
    }

    public Task DeleteAsync(string storagePath, CancellationToken cancellationToken)
    {
        var (bucket, key) = ObjectKey.Split(storagePath);
        return GuardAsync(async () =>
        {
            await client.From(bucket).RemoveAsync(key, cancellationToken);
            return true;
        });
    }

    public async IAsyncEnumerable<string> ListAsync(DateTimeOffset unchangedSince, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var name in buckets.All)
        {
            ObjectPage page;
            string? cursor = null;
            do
            {
                page = await GuardAsync(() => client.From(name).ListAsync(cursor, cancellationToken));
                foreach (var found in page.Objects.Where(found => found.UpdatedAt <= unchangedSince))
                {
                    yield return $"{name}/{found.Name}";
                }

                cursor = page.NextCursor;
            }
            while (page.HasNext && cursor is not null);
        }
    }

    /// <summary>Unfinished uploads expire by themselves.</summary>
    public Task<int> SweepAsync(DateTimeOffset olderThan, CancellationToken cancellationToken) => Task.FromResult(0);

    /// <summary>Every bucket must be there; those that are missing are made where that is allowed.</summary>
    public Task CheckAsync(CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        foreach (var name in buckets.All)
        {
            try
            {
                if (await client.HasBucketAsync(name, cancellationToken))
                {
                    continue;
                }

                if (!storage.Value.CreateBuckets)
                {
                    // To a key that may see nothing, the server answers as if nothing were there.
                    throw new StorageSettingException(
                        $"The bucket {name} is not there, or Storage:Supabase:ServiceKey is not the key of the service role. Make the bucket, or set Storage:CreateBuckets.");
                }

                await client.CreateBucketAsync(name, cancellationToken);
            }
            catch (SupabaseStorageException refused) when (refused.IsDenied)
            {
                throw new StorageSettingException(
                    $"{refused.Message} Check Storage:Supabase:ServiceKey: it must be the key of the service role.", refused);
            }
            catch (SupabaseStorageException unknown) when (unknown.IsMissing)
            {
                throw new StorageSettingException($"{unknown.Message} Check Storage:Supabase:Url: it ends in /storage/v1 behind a gateway.", unknown);
            }
        }

        return true;
    });

    /// <summary>What the server says, in the words of the seam.</summary>
    private static async Task<T> GuardAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (SupabaseStorageException refused) when (refused.IsTooLarge)
        {
            throw new ObjectRefusedException(ObjectRefusedException.TooLarge, "The file is larger than the object store takes.", refused);
        }
        catch (SupabaseStorageException refused) when (refused.IsTypeRefused)
        {
            throw new ObjectRefusedException(ObjectRefusedException.TypeRefused, "The object store takes no file of this type.", refused);
        }
        catch (SupabaseStorageException refused)
        {
            throw new ContentUnavailableException(refused.Message, refused);
        }
    }

    private sealed class ObjectStream(SupabaseBucket bucket, string key, long length, TimeSpan patience) : RangedStream(length, patience)
    {
        protected override Task<Stream?> OpenAsync(long start, long end, CancellationToken cancellationToken) =>
            GuardAsync(() => bucket.DownloadAsync(key, start, end, cancellationToken));
    }
}
