using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

using Microsoft.Extensions.Options;

using TusUpload.Pipeline.Storage.Local;
using TusUpload.Pipeline.Storage.S3;
using TusUpload.Pipeline.Storage.Supabase;

namespace TusUpload.Pipeline.Storage;

/// <summary>Where files live for good. Section <c>Storage</c>.</summary>
public sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>Signed addresses are the object store's.</summary>
    public const string OfStore = "store";

    /// <summary>Signed addresses are the server's.</summary>
    public const string OfServer = "server";

    public const string Report = "report";
    public const string Remove = "remove";

    /// <summary>Which object store: <c>local</c>, a folder of this machine, <c>supabase</c> or <c>s3</c>. Default <c>local</c>.</summary>
    [Required]
    public string Kind { get; set; } = LocalObjectStorage.Name;

    /// <summary>
    /// The folder of the local store; on the file system of the content folder a file is renamed into it rather than copied. Default null:
    /// <c>objects</c> in <c>Data:Path</c>.
    /// </summary>
    public string? LocalPath { get; set; }

    /// <summary>
    /// Where new objects go that no rule of <see cref="Buckets"/> is for: a bucket, in the local store a folder of its folder. It is ours alone. Needed by every
    /// store but the local one. Default null.
    /// </summary>
    public string? Bucket { get; set; }

    /// <summary>Buckets of their own for some types of content; the first rule that fits counts. Files that are stored stay where they are. Default none.</summary>
    public List<BucketRule> Buckets { get; init; } = [];

    /// <summary>Makes buckets that are missing, private ones. Default false.</summary>
    public bool CreateBuckets { get; set; }

    /// <summary>
    /// Whose addresses signed URLs are: <c>store</c>, where the object store gives any, so that bytes do not pass the server; or <c>server</c>, where clients do not
    /// reach the object store. The store's end with the object, which may have become a copy's alone; the server's end with the file. Default <c>store</c>.
    /// </summary>
    [Required]
    [AllowedValues(OfStore, OfServer)]
    public string SignedUrls { get; set; } = OfStore;

    /// <summary>
    /// The address by which clients reach the object store, in the form of its <c>ServiceUrl</c> or <c>Url</c>, where it is another than the server's. Default
    /// null: the same.
    /// </summary>
    public string? PublicUrl { get; set; }

    /// <summary>
    /// What is done with objects that no file in the database has, older than <c>Content:OrphanAge</c>: <c>report</c> tells how many there are, <c>remove</c>
    /// removes them. After a restore of the database to an earlier moment these are the files that came since. Default <c>report</c>.
    /// </summary>
    [Required]
    [AllowedValues(Report, Remove)]
    public string OrphanedObjects { get; set; } = Report;
}

/// <summary>A type of content, as its client named it, and its bucket.</summary>
public sealed class BucketRule
{
    /// <summary>A media type or all of one kind: <c>application/pdf</c>, <c>image/*</c>.</summary>
    public string Type { get; init; } = "";

    public string Bucket { get; init; } = "";
}

[OptionsValidator]
internal sealed partial class StorageOptionsAnnotations : IValidateOptions<StorageOptions>;

/// <summary>The kind must be one that is there, and buckets must have names that are names everywhere.</summary>
internal sealed partial class StorageOptionsRules(IServiceProviderIsKeyedService services) : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var failures = new List<string>();
        if (!services.IsKeyedService(typeof(IObjectStorage), options.Kind))
        {
            failures.Add(
                $"Storage:Kind is '{options.Kind}', which is not there. There are: {LocalObjectStorage.Name}, {SupabaseObjectStorage.Name}, {S3ObjectStorage.Name}.");
        }

        if (options.Bucket is null && options.Kind != LocalObjectStorage.Name)
        {
            failures.Add("Storage:Bucket must be set.");
        }

        foreach (var bucket in options.Buckets.Select(rule => rule.Bucket).Append(options.Bucket ?? "none"))
        {
            if (!BucketName().IsMatch(bucket))
            {
                failures.Add($"'{bucket}' is no name of a bucket: 3 to 63 lower letters, digits and hyphens, with a letter or digit first and last.");
            }
        }

        if (options.PublicUrl is { } url
            && (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Query.Length > 0))
        {
            failures.Add("Storage:PublicUrl must be the http or https address by which clients reach the object store.");
        }

        failures.AddRange(options.Buckets.Where(rule => !TypeName().IsMatch(rule.Type))
            .Select(rule => $"Storage:Buckets: '{rule.Type}' is no media type, nor all of one kind, such as image/*."));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex BucketName();

    [GeneratedRegex(@"^[A-Za-z0-9.+-]+/(\*|[A-Za-z0-9.+-]+)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TypeName();
}
