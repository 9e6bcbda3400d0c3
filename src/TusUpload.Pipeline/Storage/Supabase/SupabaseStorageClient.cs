using System.Net.Http.Json;

namespace TusUpload.Pipeline.Storage.Supabase;

/// <summary>
/// A client of Supabase Storage, in the words of the official ones. Every call throws <see cref="SupabaseStorageException"/> for a refusal and
/// <see cref="Uploads.Content.ContentUnavailableException"/> where there was no answer.
/// </summary>
internal sealed class SupabaseStorageClient(SupabaseHttp http)
{
    /// <summary>The objects of a bucket.</summary>
    public SupabaseBucket From(string bucket) => new(http, bucket);

    /// <summary>Whether there is such a bucket.</summary>
    public async Task<bool> HasBucketAsync(string bucket, CancellationToken cancellationToken)
    {
        using var request = http.Request(HttpMethod.Get, $"bucket/{bucket}");
        try
        {
            using var answer = await http.AskAsync(request, cancellationToken);
            return true;
        }
        catch (SupabaseStorageException missing) when (missing.IsMissingBucket)
        {
            return false;
        }
    }

    /// <summary>Makes a private bucket; one that is there is no error.</summary>
    public async Task CreateBucketAsync(string bucket, CancellationToken cancellationToken)
    {
        using var request = http.Request(HttpMethod.Post, "bucket");
        request.Content = JsonContent.Create(new NewBucket(bucket, bucket, Public: false), SupabaseJson.Default.NewBucket);
        try
        {
            using var answer = await http.AskAsync(request, cancellationToken);
        }
        catch (SupabaseStorageException there) when (there.IsThere)
        {
            // Another node was first.
        }
    }
}
