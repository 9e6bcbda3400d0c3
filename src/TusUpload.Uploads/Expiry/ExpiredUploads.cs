using Microsoft.Extensions.Logging;

using Npgsql;

using TusUpload.Data.Sessions;
using TusUpload.Uploads.Sessions;

namespace TusUpload.Uploads.Expiry;

/// <summary>Uploads whose time ran out. Each ends by itself: one that cannot be ended holds up no other, and comes again with the next sweep.</summary>
internal sealed partial class ExpiredUploads(SessionEndings endings, RunningDigests digests, TimeProvider time, ILogger<ExpiredUploads> logger)
{
    private const int Most = 500;

    /// <summary>Ends them; how many.</summary>
    public async Task<int> EndAsync(int pageSize, CancellationToken cancellationToken)
    {
        var (now, ended) = (time.GetUtcNow(), 0);

        // Those that are ended come no more; the others are passed over.
        var passed = new List<Guid>();
        IReadOnlyList<Guid> page;
        do
        {
            page = await endings.ExpiredAsync(now, [.. passed], pageSize, cancellationToken);
            foreach (var id in page)
            {
                if (await TryEndAsync(id, now, cancellationToken))
                {
                    ended++;
                }
                else
                {
                    passed.Add(id);
                }
            }
        }
        while (page.Count == pageSize && ended < Most);

        return ended;
    }

    private async Task<bool> TryEndAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            if (await endings.ExpireAsync(id, now, cancellationToken) is null)
            {
                return false;
            }

            digests.Drop(id);
            return true;
        }
        catch (PostgresException trouble)
        {
            LogNotEnded(trouble, id);
            return false;
        }
    }

    [LoggerMessage(EventId = 2107, Level = LogLevel.Error, Message = "Upload {UploadId} has expired and cannot be ended; the next sweep tries again")]
    private partial void LogNotEnded(Exception trouble, Guid uploadId);
}
