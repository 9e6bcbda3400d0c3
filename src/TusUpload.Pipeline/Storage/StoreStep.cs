using System.Buffers;
using System.Security.Cryptography;

using TusUpload.Data.Files;
using TusUpload.Data.Moves;
using TusUpload.Pipeline.Steps;

namespace TusUpload.Pipeline.Storage;

/// <summary>
/// Hands the content over to the object store under its path, and proves that it got there: where the store cannot tell by a digest, the object is
/// read back whole. The content is not released here.
/// </summary>
internal sealed partial class StoreStep(
    IObjectStorage storage, ObjectBuckets buckets, FileMoves moves, TimeProvider time, ILogger<StoreStep> logger) : IUploadStep
{
    public string Name => "store";

    public string Status => FileStatus.Storing;

    public async Task<StepOutcome> RunAsync(UploadContext upload, CancellationToken cancellationToken)
    {
        var path = ObjectKey.For(buckets.For(upload.File.ContentType), upload.File.WorkspaceId, upload.Id);
        var notes = new MoveNotes(moves, upload.Id, path, time);
        var sha256 = upload.Sha256 ?? throw new InvalidOperationException("No step has made the digest.");
        var move = new ObjectMove(upload.Source, path, sha256, StoredType.Of(upload.File.ContentType), notes);
        if (await storage.StoreAsync(move, cancellationToken) != ObjectProof.Digest)
        {
            await ReadBackAsync(upload.Id, move, cancellationToken);
        }

        upload.StoragePath = path;
        return StepOutcome.Continue;
    }

    private async Task ReadBackAsync(Guid fileId, ObjectMove move, CancellationToken cancellationToken)
    {
        var (length, digest) = await DigestAsync(move.StoragePath, cancellationToken);
        if (length == move.Source.Length && digest == move.Sha256)
        {
            return;
        }

        // Not removed: it may be all there is. Nothing noted of it any more, the next attempt stores it from its beginning, in its place.
        LogDiffers(fileId, length, move.Source.Length);
        await move.Notes.ForgetAsync(cancellationToken);
        throw new ObjectDiffersException("The stored object is not the file.");
    }

    private async Task<(long Length, string Digest)> DigestAsync(string path, CancellationToken cancellationToken)
    {
        await using var stored = await storage.OpenReadAsync(path, cancellationToken);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(FileReads.BufferSize);
        try
        {
            var length = 0L;
            for (int read; (read = await FileReads.ReadAsync(stored, buffer, cancellationToken)) > 0; length += read)
            {
                sha256.AppendData(buffer, 0, read);
            }

            return (length, Convert.ToHexStringLower(sha256.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    [LoggerMessage(
        EventId = 3102, Level = LogLevel.Error,
        Message = "The object of file {FileId} is not the file: {Length} bytes were read back, of {Size}; it is stored again")]
    private partial void LogDiffers(Guid fileId, long length, long size);
}

/// <summary>What was read back from the object store is not what was sent to it.</summary>
internal sealed class ObjectDiffersException(string message) : Exception(message);
