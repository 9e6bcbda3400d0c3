using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace TusUpload.Uploads.Content;

/// <summary>Where bytes are until the pipeline has taken them over. Section <c>Content</c>.</summary>
public sealed class ContentOptions
{
    public const string Section = "Content";

    public const string Disk = "disk";
    public const string Postgres = "postgres";
    public const string S3 = "s3";

    /// <summary>
    /// Which content is used. <c>disk</c>: one file per upload. <c>postgres</c>: rows in the database. <c>s3</c>: an object store, see
    /// <c>Content:S3</c>. Default <c>disk</c>.
    /// </summary>
    [Required]
    public string Kind { get; init; } = Disk;

    /// <summary>
    /// What a 204 promises. <c>fsync</c>: acknowledged bytes survive loss of power. <c>os</c>: they survive the death of this process, not that
    /// of the machine. Content <c>postgres</c> promises what Postgres does. Default <c>fsync</c>.
    /// </summary>
    [Required]
    [AllowedValues("fsync", "os")]
    public string Durability { get; init; } = "fsync";

    /// <summary>The folder of the disk content; null is <c>content</c> in <c>Data:Path</c>. Default null.</summary>
    public string? Path { get; init; }

    /// <summary>The folder is reached by every node under this path, so any of them may take an upload on. Default false.</summary>
    public bool Shared { get; init; }

    /// <summary>Every node reaches the bytes of every upload, so any of them may go on with it and work on its file.</summary>
    public bool IsEverywhere => Kind != Disk || Shared;

    /// <summary>
    /// Bytes of the disk that new uploads leave free, so that those on their way, and a database on the same disk, can go on: a new upload that would
    /// use them is answered 507. Never more than a fiftieth of a small disk. Default 256 MiB.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long MinFreeBytes { get; init; } = 256 << 20;

    /// <summary>
    /// Bytes that no upload knows, left by a process that died or an answer of the database that was lost, are removed when nothing has been written to
    /// them for so long. A POST that is still busy with its bytes after half of that makes no upload. Default 1 day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:10", "365.00:00:00")]
    public TimeSpan OrphanAge { get; init; } = TimeSpan.FromDays(1);
}

[OptionsValidator]
internal sealed partial class ContentOptionsAnnotations : IValidateOptions<ContentOptions>;

/// <summary>The kind must be one that is there.</summary>
internal sealed class ContentOptionsRules(IServiceProviderIsKeyedService services) : IValidateOptions<ContentOptions>
{
    public ValidateOptionsResult Validate(string? name, ContentOptions options) => services.IsKeyedService(typeof(IUploadContent), options.Kind)
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail(
            $"Content:Kind is '{options.Kind}', which is not there. There is: {ContentOptions.Disk}, {ContentOptions.Postgres}, {ContentOptions.S3}.");
}
