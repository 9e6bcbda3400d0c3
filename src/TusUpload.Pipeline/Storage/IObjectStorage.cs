namespace TusUpload.Pipeline.Storage;

/// <summary>
/// Where files live for good. Keys are ASCII, at most 300 characters, and hold the file's id, so that no two files share one. The caller
/// ensures that nobody else of this process works on the same key; another node may, with the same bytes.
/// </summary>
public interface IObjectStorage
{
    /// <summary>The value of <c>Storage:Kind</c> that selects it.</summary>
    string Kind { get; }

    /// <summary>
    /// Takes the content over: afterwards the object is there, whole and durable, and the source may be gone. Killed anywhere and run again it
    /// ends the same; readers never see half an object. Throws when neither source nor object is there.
    /// </summary>
    Task StoreAsync(ObjectSource source, string storagePath, CancellationToken cancellationToken);

    /// <summary>Opens an object; the stream can seek. Throws <see cref="FileNotFoundException"/>.</summary>
    Task<Stream> OpenReadAsync(string storagePath, CancellationToken cancellationToken);

    /// <summary>Removes an object; removing what is not there is no error.</summary>
    Task DeleteAsync(string storagePath, CancellationToken cancellationToken);

    /// <summary>Keys of objects that were stored, and have not changed, since before <paramref name="unchangedSince"/>; among them may be others' than ours.</summary>
    IAsyncEnumerable<string> ListAsync(DateTimeOffset unchangedSince, CancellationToken cancellationToken);

    /// <summary>
    /// Removes what a store that died left unfinished and that has not changed since <paramref name="olderThan"/>; says how many. One that
    /// is at it still, after so long, fails and is run again.
    /// </summary>
    Task<int> SweepAsync(DateTimeOffset olderThan, CancellationToken cancellationToken);

    /// <summary>Throws when objects cannot be stored now.</summary>
    Task CheckAsync(CancellationToken cancellationToken);
}
