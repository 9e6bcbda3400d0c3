namespace TusUpload.Uploads.Content;

/// <summary>Content that can leave something behind which belongs to no upload, such as unfinished multiparts. Implemented beside <see cref="IUploadContent"/>.</summary>
public interface IContentSweep
{
    /// <summary>
    /// Removes what no upload that is known can still need and what has not changed since <paramref name="olderThan"/>; says how many. May run
    /// on several nodes at once, be killed anywhere and run again.
    /// </summary>
    Task<int> SweepAsync(DateTimeOffset olderThan, CancellationToken cancellationToken);
}
