using TusUpload.Data.Files;
using TusUpload.Data.Moves;
using TusUpload.Data.Sessions;
using TusUpload.Pipeline.Steps;
using TusUpload.Pipeline.Storage.Local;
using TusUpload.Pipeline.Verification;

namespace TusUpload.Pipeline.Storage;

/// <summary>
/// Hands the content over to the object store under its path, and proves that it got there: where the store cannot tell by a digest, the object is
/// read back whole. The content is not released here.
/// </summary>
internal sealed partial class StoreStep(
    IObjectStorage storage, ObjectBuckets buckets, FileMoves moves, SessionChunks chunks, TimeProvider time, ILogger<StoreStep> logger) : IUploadStep
{
    public string Name => "store";

    public string Status => FileStatus.Storing;

    // Of a small file the local store leaves the content where it is, so that verify can be run again.
    public bool IsQuick(UploadContext upload) => upload.Source.IsSmall && storage.Kind == LocalObjectStorage.Name;

    public async Task<StepOutcome> RunAsync(UploadContext upload, CancellationToken cancellationToken)
    {
        var bucket = buckets.For(upload.File.ContentType);
        if (await storage.AdoptAsync(upload.Source, bucket, cancellationToken) is { Length: <= ObjectKey.MaxLength } adopted)
        {
            upload.StoragePath = adopted;
            return StepOutcome.Continue;
        }

        var path = ObjectKey.For(bucket, upload.File.WorkspaceId, upload.Id);
        var notes = new MoveNotes(moves, upload.Id, path, time);
        var sha256 = upload.Sha256 ?? throw new InvalidOperationException("No step has made the digest.");
        var move = new ObjectMove(upload.Source, path, sha256, StoredType.Of(upload.File.ContentType), notes);
        if (await storage.StoreAsync(move, cancellationToken) != ObjectProof.Digest)
        {
            await ReadBackAsync(upload, move, cancellationToken);
        }

        upload.StoragePath = path;
        return StepOutcome.Continue;
    }

    /// <summary>
    /// Every span must be what was received, as verify has found the content to be. That costs a tenth of a SHA-256, which was made of the same bytes.
    /// </summary>
    private async Task ReadBackAsync(UploadContext upload, ObjectMove move, CancellationToken cancellationToken)
    {
        await using var stored = await storage.OpenReadAsync(move.StoragePath, cancellationToken);
        try
        {
            using var pass = new ContentPass(stored, withSha256: false, withSha512: false);
            await foreach (var span in upload.ReadSpans(chunks, cancellationToken))
            {
                await pass.CheckAsync(span, cancellationToken);
            }

            pass.End(stored.Length);
        }
        catch (ContentCorruptException differs)
        {
            // Not removed: it may be all there is. Nothing noted of it any more, the next attempt stores it from its beginning, in its place.
            LogDiffers(differs, upload.Id);
            await move.Notes.ForgetAsync(cancellationToken);
            throw new ObjectDiffersException("The stored object is not the file.", differs);
        }
    }

    [LoggerMessage(EventId = 3102, Level = LogLevel.Error, Message = "The object of file {FileId} is not the file; it is stored again")]
    private partial void LogDiffers(Exception differs, Guid fileId);
}

/// <summary>What was read back from the object store is not what was sent to it.</summary>
internal sealed class ObjectDiffersException(string message, Exception inner) : Exception(message, inner);
