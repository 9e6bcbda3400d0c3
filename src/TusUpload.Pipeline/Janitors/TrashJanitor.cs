using Microsoft.Extensions.Options;

using TusUpload.Data.Trash;

namespace TusUpload.Pipeline.Janitors;

/// <summary>
/// Removes for good what has been in the trash for long enough, and what somebody began to remove. Files go at once for everybody,
/// folders and workspaces when the last of their files has been removed by its job: most often a turn later.
/// </summary>
internal sealed class TrashJanitor(TrashPurge purge, IOptions<TrashOptions> options, TimeProvider time) : IJanitor
{
    public string Name => "trash";

    public async Task<Dictionary<string, long>> RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await purge.MarkAsync(null, now - options.Value.Retention, cancellationToken);
        var (files, gone) = (0, 0);
        foreach (var root in await purge.MarkedAsync(cancellationToken))
        {
            var (deleted, isGone) = await purge.RunAsync(root, int.MaxValue, now, cancellationToken);
            (files, gone) = (files + deleted, gone + (isGone ? 1 : 0));
        }

        return new(StringComparer.Ordinal) { ["files_deleted"] = files, ["removed"] = gone };
    }
}
