namespace TusUpload.Uploads.Content;

/// <summary>Content that can leave something behind which belongs to no upload, such as unfinished multiparts. Implemented beside <see cref="IUploadContent"/>.</summary>
public interface IContentSweep
{
    /// <summary>
    /// Removes what no upload that is known can still need and what has not changed since <paramref name="olderThan"/>; says how many. May run
    /// on several nodes at once, be killed anywhere and run again.
    /// </summary>
    /// <param name="removeWhole">
    /// False: whole objects that no upload and no file has stay, and are only counted. They may be files that the database has forgotten.
    /// </param>
    Task<SweptContent> SweepAsync(DateTimeOffset olderThan, bool removeWhole, CancellationToken cancellationToken);
}

/// <param name="Removed">Unfinished ones, and whole ones where they were to be removed.</param>
/// <param name="Left">Whole ones that were to stay.</param>
public sealed record SweptContent(int Removed, int Left);
