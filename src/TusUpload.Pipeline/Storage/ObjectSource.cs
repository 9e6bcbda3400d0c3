using TusUpload.Data.Sessions;
using TusUpload.Uploads.Content;

namespace TusUpload.Pipeline.Storage;

/// <summary>A complete upload's bytes, to be stored. <paramref name="Length"/> in bytes.</summary>
public sealed record ObjectSource(IUploadContent Content, Guid UploadId, long Length)
{
    private const long Small = 1 << 20;

    /// <summary>It is read or copied in less time than a commit takes.</summary>
    public bool IsSmall => Length <= Small;

    /// <summary>The uploads whose bytes these are, in order; empty where they are the upload's own.</summary>
    public IReadOnlyList<UploadPart> Parts { get; init; } = [];

    /// <summary>The file on this machine that is the content, which may be longer than <see cref="Length"/>; null where it is not one file.</summary>
    public string? FilePath => Parts.Count == 0 ? (Content as IFileContent)?.PathOf(UploadId) : null;

    /// <summary>The bytes <c>[0, Length)</c>. Throws <see cref="FileNotFoundException"/> when they are gone.</summary>
    public ValueTask<Stream> OpenReadAsync(CancellationToken cancellationToken) => Parts.Count == 0
        ? Content.OpenReadAsync(UploadId, Length, cancellationToken)
        : PartsStream.OpenAsync(Content, Parts, cancellationToken);
}
