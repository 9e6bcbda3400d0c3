using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

using TusUpload.Uploads.Content.S3;

namespace TusUpload.Pipeline.Storage.S3;

/// <summary>The object store of the storage <c>s3</c>. Section <c>Storage:S3</c>.</summary>
public sealed class S3StorageOptions
{
    public const string Section = "Storage:S3";

    /// <summary>Address of the store, with or without a path: <c>https://s3.eu-central-1.amazonaws.com</c>. Default null, which is refused.</summary>
    public string? ServiceUrl { get; init; }

    /// <summary>The region named in signatures; what the store says, often <c>auto</c> or <c>default</c>. Default <c>us-east-1</c>.</summary>
    [Required]
    public string Region { get; init; } = "us-east-1";

    /// <summary>Default null, which is refused.</summary>
    public string? AccessKey { get; init; }

    /// <summary>Default null, which is refused. Never logged.</summary>
    public string? SecretKey { get; init; }

    /// <summary>
    /// Bytes of a part; larger for files that would have more than 10,000 parts. A file no larger goes in one request. 5 MiB to 5 GiB, default 16 MiB.
    /// </summary>
    [Range(S3ContentOptions.LeastPartSize, 5L << 30)]
    public long PartSize { get; init; } = 16L << 20;

    /// <summary>Parts of one file on their way at once. 1 to 64, default 4.</summary>
    [Range(1, 64)]
    public int ParallelParts { get; init; } = 4;

    /// <summary>How long one try of one request may take; a body may take longer while it moves. 1 s to 1 h, default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Further tries of a request that failed for a reason that may pass, with growing, jittered pauses. After them the file's job goes on later, where it
    /// stopped. 0 to 10, default 3.
    /// </summary>
    [Range(0, 10)]
    public int Retries { get; init; } = 3;

    internal S3Address AddressAt(string url) => new()
    {
        ServiceUrl = url,
        Region = Region,
        AccessKey = AccessKey!,
        SecretKey = SecretKey!,
        RequestTimeout = RequestTimeout,
        Retries = Retries,
    };
}

[OptionsValidator]
internal sealed partial class S3StorageOptionsAnnotations : IValidateOptions<S3StorageOptions>;

/// <summary>What must be there where this storage is used.</summary>
internal sealed class S3StorageOptionsRules(IOptions<StorageOptions> storage) : IValidateOptions<S3StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, S3StorageOptions options)
    {
        if (storage.Value.Kind != S3ObjectStorage.Name)
        {
            return ValidateOptionsResult.Success;
        }

        var failures = new List<string>();
        if (!Uri.TryCreate(options.ServiceUrl, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            failures.Add("Storage:S3:ServiceUrl must be the http or https address of the object store.");
        }

        if (string.IsNullOrWhiteSpace(options.AccessKey))
        {
            failures.Add("Storage:S3:AccessKey must be set.");
        }

        if (string.IsNullOrWhiteSpace(options.SecretKey))
        {
            failures.Add("Storage:S3:SecretKey must be set.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
