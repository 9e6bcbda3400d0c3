using TusUpload.Data.Secrets;

namespace TusUpload.Uploads.Content;

/// <summary>What the database is called where bytes are kept, so that nobody takes another database's uploads for nobody's.</summary>
internal sealed class StoreName(ServerSecrets secrets, TimeProvider time)
{
    private const string Secret = "content-store";
    private const string SharedSecret = "content-folder";

    /// <summary>64 lower hexadecimal digits; the same for every server on the database, made by the first.</summary>
    public async Task<string> GetAsync(CancellationToken cancellationToken) =>
        Convert.ToHexStringLower(await secrets.EnsureAsync(Secret, time.GetUtcNow(), cancellationToken));

    /// <summary>The mark of the folder that all servers share; <paramref name="mark"/>, hexadecimal digits, where none of them has told of one.</summary>
    public async Task<string> OfSharedFolderAsync(string mark, CancellationToken cancellationToken) => Convert.ToHexStringLower(
        await secrets.EnsureAsync(SharedSecret, Convert.FromHexString(mark), time.GetUtcNow(), cancellationToken));
}
