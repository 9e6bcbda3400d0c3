using System.Collections.Concurrent;

namespace TusUpload.Uploads.Progress;

/// <summary>The uploads that are being written by this process, as they are at this moment. Nothing here touches the database.</summary>
public sealed class LiveUploads(TimeProvider time)
{
    private readonly ConcurrentDictionary<Guid, LiveUpload> _running = new();

    /// <summary>A running upload's state; null when no bytes are being received for it here.</summary>
    public ProgressReport? Find(Guid uploadId) => _running.TryGetValue(uploadId, out var upload) ? upload.Report() : null;

    /// <summary>All of them but partial uploads, which nobody but their client knows of.</summary>
    public IEnumerable<ProgressReport> All() => _running.Values.Where(upload => !upload.IsPartial).Select(upload => upload.Report());

    internal LiveUpload Begin(Guid uploadId, string userId, long offset, long? totalSize, bool isPartial = false, string? uploaderId = null)
    {
        var upload = new LiveUpload(uploadId, userId, offset, totalSize, time) { IsPartial = isPartial, UploaderId = uploaderId };
        _running[uploadId] = upload;
        return upload;
    }

    internal void End(LiveUpload upload) => _running.TryRemove(KeyValuePair.Create(upload.UploadId, upload));
}
