using Microsoft.Extensions.Options;

using TusUpload.Data.Content;
using TusUpload.Pipeline.Storage;
using TusUpload.Pipeline.Storage.S3;
using TusUpload.Uploads.Content;

namespace TusUpload.Pipeline.Janitors;

/// <summary>
/// Removes bytes that no upload needs: of a POST whose process died, or whose database did not answer, before anybody was told; of a file that has ended;
/// of an ended upload whose writer slept through its end. By their age nobody can make an upload of them any more: see
/// <see cref="ContentOptions.OrphanAge"/>.
/// </summary>
internal sealed class ContentJanitor(
    IUploadContent content, NeededContent needed, IOptions<ContentOptions> options, IOptions<StorageOptions> storage, TimeProvider time) : IJanitor
{
    private const int Page = 500;

    public string Name => "content";

    // A folder that only its node reaches is only its node's to clean.
    public string Turn => content.Node is { } node ? $"{Name}:{node}" : Name;

    public async Task<Dictionary<string, long>> RunOnceAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - options.Value.OrphanAge;
        var (removed, kept) = (0, 0);
        await foreach (var page in content.ListAsync(before, cancellationToken).Chunk(Page).WithCancellation(cancellationToken))
        {
            var alive = await needed.OfAsync(page, cancellationToken);
            foreach (var orphan in page.Where(id => !alive.Contains(id)))
            {
                var isGone = await TryRemoveAsync(orphan, cancellationToken);
                (removed, kept) = isGone ? (removed + 1, kept) : (removed, kept + 1);
            }
        }

        var swept = content is IContentSweep sweep ? await sweep.SweepAsync(before, MayRemoveWhole, cancellationToken) : new(0, 0);
        return new(StringComparer.Ordinal)
        {
            ["removed"] = removed,
            ["not_removable"] = kept,
            ["multiparts_aborted"] = swept.Removed,
            ["without_file"] = swept.Left,
        };
    }

    // In an object store a file may be the very object that its upload became; one that the database has forgotten is treated like any other file's.
    private bool MayRemoveWhole => storage.Value.Kind != S3ObjectStorage.Name || storage.Value.OrphanedObjects == StorageOptions.Remove;

    // One that cannot be removed holds up no other.
    private async Task<bool> TryRemoveAsync(Guid uploadId, CancellationToken cancellationToken)
    {
        try
        {
            await content.DeleteAsync(uploadId, cancellationToken);
            return true;
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
