namespace TusUpload.Server.Api.Batches;

/// <summary>A file of a batch: a line of its manifest, or an upload that joined.</summary>
/// <param name="Name">As the manifest has it; without one the relativePath, or the filename.</param>
/// <param name="Size">Bytes; null where nobody said.</param>
/// <param name="State">
/// expected, receiving, expired or terminated, then the processing status of the file (received to ready, rejected or failed), and deleted.
/// </param>
/// <param name="UploadId">The upload that came for it, and its file; null: none yet.</param>
internal sealed record BatchFileView(string Name, long? Size, string State, Guid? UploadId);
