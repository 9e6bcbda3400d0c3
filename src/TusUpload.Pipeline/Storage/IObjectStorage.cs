namespace TusUpload.Pipeline.Storage;

/// <summary>
/// Where files live for good. Paths are ASCII, at most 300 characters, and hold the file's id, so that no two files share one; see <see cref="ObjectKey"/>.
/// The caller ensures that nobody else of this process works on the same file; another node may, with the same bytes.
/// </summary>
/// <remarks>
/// Every call may throw <see cref="Uploads.Content.ContentUnavailableException"/> (the store is away, overloaded or does not let us in),
/// <see cref="Uploads.Content.StorageFullException"/>, both worth any number of retries, and <see cref="ObjectRefusedException"/>, which is worth none.
/// </remarks>
public interface IObjectStorage
{
    /// <summary>The value of <c>Storage:Kind</c> that selects it.</summary>
    string Kind { get; }

    /// <summary>
    /// Takes the content over as it lies, where it is an object of this bucket already and was read whole: its path, from now on the file's. Null: it has to be
    /// moved. Run again it says the same.
    /// </summary>
    Task<string?> AdoptAsync(ObjectSource source, string? bucket, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <summary>
    /// Takes the content over: afterwards the object is there, whole and durable, and the source may be gone. Killed anywhere and run again it goes on and
    /// ends the same; readers never see half an object. Throws <see cref="FileNotFoundException"/> when neither source nor object is there.
    /// </summary>
    /// <returns>Whether the object is known to be the source byte for byte, or has to be read back.</returns>
    Task<ObjectProof> StoreAsync(ObjectMove move, CancellationToken cancellationToken);

    /// <summary>Opens an object; the stream can seek. Throws <see cref="FileNotFoundException"/>.</summary>
    Task<Stream> OpenReadAsync(string storagePath, CancellationToken cancellationToken);

    /// <summary>
    /// An address at which whoever has it reads the object, from the store itself and until it expires. Null: the store has none, and the server has to
    /// give one of its own. Whether the object is there is not asked.
    /// </summary>
    Task<Uri?> SignAsync(ObjectLink link, CancellationToken cancellationToken);

    /// <summary>Removes an object; removing what is not there is no error.</summary>
    Task DeleteAsync(string storagePath, CancellationToken cancellationToken);

    /// <summary>Paths of objects that were stored, and have not changed, since before <paramref name="unchangedSince"/>; among them may be others' than ours.</summary>
    IAsyncEnumerable<string> ListAsync(DateTimeOffset unchangedSince, CancellationToken cancellationToken);

    /// <summary>
    /// Removes what a store that died left unfinished and that has not changed since <paramref name="olderThan"/>; says how many. One that
    /// is at it still, after so long, fails and is run again.
    /// </summary>
    Task<int> SweepAsync(DateTimeOffset olderThan, CancellationToken cancellationToken);

    /// <summary>Throws when objects cannot be stored now; where only a changed setting cures it, <see cref="StorageSettingException"/>.</summary>
    Task CheckAsync(CancellationToken cancellationToken);
}

/// <summary>What is known of an object that was stored just now.</summary>
public enum ObjectProof
{
    /// <summary>Its length is right; its bytes have to be read back.</summary>
    Length,

    /// <summary>The store has told of a digest of its own that is the source's, or no byte was moved.</summary>
    Digest,
}

/// <summary>The store will never take this object. <paramref name="code"/> and message are for the file's owner.</summary>
public sealed class ObjectRefusedException(string code, string message, Exception? inner = null) : IOException(message, inner)
{
    public const string TooLarge = "storage_too_large";
    public const string TypeRefused = "storage_type_refused";

    /// <summary>Stable.</summary>
    public string Code => code;
}

/// <summary>A setting is wrong: no retry helps before it is changed. The message says which.</summary>
public sealed class StorageSettingException(string message, Exception? inner = null) : IOException(message, inner);
