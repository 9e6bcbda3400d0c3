namespace TusUpload.Uploads.Progress;

/// <summary>How a running upload stands, from memory. Sizes in bytes; <paramref name="TotalSize"/> null while it is deferred.</summary>
public sealed record ProgressReport(Guid UploadId, string UserId, string UploaderId, long UploadedSize, long? TotalSize, long BytesPerSecond);
