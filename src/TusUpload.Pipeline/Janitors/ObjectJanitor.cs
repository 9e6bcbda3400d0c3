using Microsoft.Extensions.Options;

using TusUpload.Data.Files;
using TusUpload.Pipeline.Storage;
using TusUpload.Uploads.Content;

namespace TusUpload.Pipeline.Janitors;

/// <summary>
/// Looks for objects that no file has. They are what somebody may miss, after the database was restored to an earlier moment for one, so they are
/// removed only where <see cref="StorageOptions.OrphanedObjects"/> says so. What the store left unfinished goes in any case.
/// </summary>
internal sealed class ObjectJanitor(
    IObjectStorage storage,
    KnownFiles files,
    IOptions<StorageOptions> options,
    IOptions<ContentOptions> content,
    IOptions<JanitorOptions> janitors,
    TimeProvider time)
    : IJanitor
{
    private const int Page = 500;

    public string Name => "objects";

    public TimeSpan Interval => janitors.Value.ObjectsInterval;

    public async Task<Dictionary<string, long>> RunOnceAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - content.Value.OrphanAge;
        var (found, removed) = (0, 0);
        await foreach (var page in storage.ListAsync(before, cancellationToken).Chunk(Page).WithCancellation(cancellationToken))
        {
            var ours = page.Select(path => (FileId: ObjectKey.FileOf(path), Path: path))
                .Where(entry => entry.FileId is not null).Select(entry => (entry.FileId!.Value, entry.Path)).ToList();
            var known = await files.OfAsync(ours, cancellationToken);
            foreach (var (_, path) in ours.Where(entry => !known.Contains(entry.Path)))
            {
                found++;
                if (options.Value.OrphanedObjects == StorageOptions.Remove)
                {
                    await storage.DeleteAsync(path, cancellationToken);
                    removed++;
                }
            }
        }

        var unfinished = await storage.SweepAsync(before, cancellationToken);
        return new(StringComparer.Ordinal) { ["without_file"] = found, ["removed"] = removed, ["unfinished_removed"] = unfinished };
    }
}
