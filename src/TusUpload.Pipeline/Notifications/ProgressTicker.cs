using Microsoft.Extensions.Options;

using TusUpload.Uploads.Progress;

namespace TusUpload.Pipeline.Notifications;

/// <summary>Tells subscribers how the uploads that this process receives come on, from memory alone.</summary>
internal sealed partial class ProgressTicker(
    LiveUploads uploads, FeedHub hub, IOptions<NotificationOptions> options, TimeProvider time, ILogger<ProgressTicker> logger)
    : BackgroundService
{
    private Dictionary<Guid, long> _told = [];

    internal void RunOnce()
    {
        if (!hub.HasSubscribers)
        {
            _told.Clear();
            return;
        }

        var running = uploads.All().ToList();
        var moved = running.FindAll(HasMoved);
        hub.HandOver(moved, running.Select(upload => upload.UploadId).ToHashSet(), time.GetUtcNow());

        var told = running.Where(upload => _told.ContainsKey(upload.UploadId)).ToDictionary(u => u.UploadId, u => _told[u.UploadId]);
        foreach (var upload in moved)
        {
            told[upload.UploadId] = upload.UploadedSize;
        }

        _told = told;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Periodic.RunAsync(
        options.Value.ProgressInterval,
        time,
        _ =>
        {
            RunOnce();
            return Task.CompletedTask;
        },
        LogFailed,
        stoppingToken);

    /// <summary>By at least one percent of the whole since it was told of; by anything where the whole is not known.</summary>
    private bool HasMoved(ProgressReport upload)
    {
        var by = upload.UploadedSize - _told.GetValueOrDefault(upload.UploadId);
        return by > 0 && (upload.TotalSize is not { } total || by >= total / 100.0);
    }

    [LoggerMessage(EventId = 3304, Level = LogLevel.Error, Message = "Progress could not be told; it is tried again")]
    private partial void LogFailed(Exception failure);
}
