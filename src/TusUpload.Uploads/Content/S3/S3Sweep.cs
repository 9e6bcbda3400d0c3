using TusUpload.Data.Files;

namespace TusUpload.Uploads.Content.S3;

/// <summary>
/// Removes what lies in the bucket below our prefix and belongs to no upload that is known: multipart uploads whose maker died before noting them, or was
/// fenced, and objects that were completed after their upload was removed and are no file's. Safe on several nodes at once.
/// </summary>
internal sealed class S3Sweep(S3Staging staging, KnownFiles files)
{
    /// <inheritdoc cref="IContentSweep.SweepAsync"/>
    public async Task<SweptContent> RunOnceAsync(DateTimeOffset olderThan, bool removeWhole, CancellationToken cancellationToken)
    {
        var aborted = await SweepMultipartsAsync(olderThan, cancellationToken);
        var whole = await SweepObjectsAsync(olderThan, removeWhole, cancellationToken);
        return removeWhole ? new(aborted + whole, 0) : new(aborted, whole);
    }

    private async Task<int> SweepMultipartsAsync(DateTimeOffset olderThan, CancellationToken cancellationToken)
    {
        var removed = 0;
        (string Key, string Id)? next = null;
        do
        {
            (var page, next) = await staging.Bucket.Multiparts.ListAsync(staging.Prefix, next, cancellationToken);
            var old = page.Where(upload => IsOld(upload.Initiated, olderThan)).Select(upload => (upload.Key, upload.UploadId, Id: IdOf(upload.Key)))
                .Where(upload => upload.Id is not null).ToList();
            var known = await staging.Multiparts.KnownAsync([.. old.Select(upload => upload.Id!.Value)], cancellationToken);
            foreach (var (key, multipartId, _) in old.Where(upload => known.GetValueOrDefault(upload.Id!.Value) != upload.UploadId))
            {
                await staging.Bucket.Multiparts.AbortAsync(key, multipartId, cancellationToken);
                removed++;
            }
        }
        while (next is not null);

        return removed;
    }

    private async Task<int> SweepObjectsAsync(DateTimeOffset olderThan, bool remove, CancellationToken cancellationToken)
    {
        var found = 0;
        string? next = null;
        do
        {
            (var page, next) = await staging.Bucket.ListObjectsAsync(staging.Prefix, next, cancellationToken);
            var old = page.Where(entry => IsOld(entry.LastModified, olderThan)).Select(entry => (entry.Key, Id: IdOf(entry.Key)))
                .Where(entry => entry.Id is not null).ToList();
            var known = await staging.Multiparts.KnownAsync([.. old.Select(entry => entry.Id!.Value)], cancellationToken);

            // In this order: a file has its path before its upload's bytes are forgotten.
            var unknown = old.Where(entry => !known.ContainsKey(entry.Id!.Value)).ToDictionary(entry => $"{staging.Bucket.Name}/{entry.Key}", entry => entry.Key);
            var ofFiles = await files.WithPathsAsync([.. unknown.Keys], cancellationToken);
            foreach (var (_, key) in unknown.Where(entry => !ofFiles.Contains(entry.Key)))
            {
                found++;
                if (remove)
                {
                    await staging.Bucket.DeleteAsync(key, cancellationToken);
                }
            }
        }
        while (next is not null);

        return found;
    }

    private static bool IsOld(DateTime? time, DateTimeOffset olderThan) => time is { } known && known.ToUniversalTime() <= olderThan.UtcDateTime;

    // What is not named like an upload is somebody else's.
    private Guid? IdOf(string key) => Guid.TryParseExact(key[staging.Prefix.Length..], "D", out var id) ? id : null;
}
