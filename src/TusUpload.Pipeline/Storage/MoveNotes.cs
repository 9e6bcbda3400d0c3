using TusUpload.Data.Moves;

namespace TusUpload.Pipeline.Storage;

/// <summary>What a store calls the unfinished upload of one file, kept in the database, so that the next attempt goes on, here or elsewhere.</summary>
public sealed class MoveNotes(FileMoves moves, Guid fileId, string storagePath, TimeProvider time)
{
    /// <inheritdoc cref="FileMoves.FindAsync"/>
    public Task<string?> FindAsync(CancellationToken cancellationToken) => moves.FindAsync(fileId, storagePath, cancellationToken);

    /// <inheritdoc cref="FileMoves.RememberAsync"/>
    public Task<string> RememberAsync(string remoteId, string? inPlaceOf, CancellationToken cancellationToken) =>
        moves.RememberAsync(fileId, storagePath, remoteId, inPlaceOf, time.GetUtcNow(), cancellationToken);

    /// <inheritdoc cref="FileMoves.ForgetAsync"/>
    public Task ForgetAsync(CancellationToken cancellationToken) => moves.ForgetAsync(fileId, cancellationToken);
}
