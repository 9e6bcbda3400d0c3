using TusUpload.Uploads.Content;

namespace TusUpload.Pipeline.Storage;

/// <summary>A complete upload's bytes, to be stored. <paramref name="Length"/> in bytes.</summary>
public sealed record ObjectSource(IUploadContent Content, Guid UploadId, long Length)
{
    /// <summary>The file on this machine that is the content, which may be longer than <see cref="Length"/>; null where it is no file.</summary>
    public string? FilePath => (Content as IFileContent)?.PathOf(UploadId);

    /// <summary>The bytes <c>[0, Length)</c>. Throws <see cref="FileNotFoundException"/> when they are gone.</summary>
    public ValueTask<Stream> OpenReadAsync(CancellationToken cancellationToken) => Content.OpenReadAsync(UploadId, Length, cancellationToken);
}
