using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace TusUpload.Uploads.Content.S3;

/// <summary>The object store of the content <c>s3</c>, and its staging bucket. Section <c>Content:S3</c>.</summary>
public sealed class S3ContentOptions
{
    public const string Section = "Content:S3";

    /// <summary>Smallest part that stores accept, the last one aside.</summary>
    public const long LeastPartSize = 5L << 20;

    /// <summary>Address of the store, with or without a path: <c>https://s3.eu-central-1.amazonaws.com</c>. Default null, which is refused.</summary>
    public string? ServiceUrl { get; init; }

    /// <summary>The region named in signatures; what the store says, often <c>auto</c> or <c>default</c>. Default <c>us-east-1</c>.</summary>
    [Required]
    public string Region { get; init; } = "us-east-1";

    /// <summary>The bucket, which may hold other things too: only keys below <see cref="Prefix"/> are ours. Default null, which is refused.</summary>
    public string? Bucket { get; init; }

    /// <summary>Default null, which is refused.</summary>
    public string? AccessKey { get; init; }

    /// <summary>Default null, which is refused. Never logged.</summary>
    public string? SecretKey { get; init; }

    /// <summary>What the keys of uploads begin with; the upload's id follows. ASCII letters, digits and <c>/-_.</c>. Default <c>uploads/</c>.</summary>
    [RegularExpression("[A-Za-z0-9/_.-]{0,200}")]
    public string Prefix { get; init; } = "uploads/";

    /// <summary>
    /// Bytes of a part; larger for uploads that would have more than 10,000 parts. A running upload has up to two of them on the local disk.
    /// 5 MiB to 5 GiB, default 8 MiB.
    /// </summary>
    [Range(LeastPartSize, 5L << 30)]
    public long PartSize { get; init; } = 8L << 20;

    /// <summary>Makes the bucket where it is missing. Default false.</summary>
    public bool CreateBucket { get; init; }

    /// <summary>How long one try of one request may take; a body may take longer while it moves. 1 s to 1 h, default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Further tries of a request that failed for a reason that may pass, with growing, jittered pauses. After them the client is answered 503.
    /// 0 to 10, default 3.
    /// </summary>
    [Range(0, 10)]
    public int Retries { get; init; } = 3;

    internal S3Address Address => new()
    {
        ServiceUrl = ServiceUrl!,
        Region = Region,
        AccessKey = AccessKey!,
        SecretKey = SecretKey!,
        RequestTimeout = RequestTimeout,
        Retries = Retries,
    };
}

[OptionsValidator]
internal sealed partial class S3ContentOptionsAnnotations : IValidateOptions<S3ContentOptions>;

/// <summary>What must be there where this content is used.</summary>
internal sealed class S3ContentOptionsRules(IOptions<ContentOptions> content) : IValidateOptions<S3ContentOptions>
{
    public ValidateOptionsResult Validate(string? name, S3ContentOptions options)
    {
        if (content.Value.Kind != ContentOptions.S3)
        {
            return ValidateOptionsResult.Success;
        }

        var failures = new List<string>();
        if (!Uri.TryCreate(options.ServiceUrl, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            failures.Add("Content:S3:ServiceUrl must be the http or https address of the object store.");
        }

        foreach (var (key, value) in new[] { ("Bucket", options.Bucket), ("AccessKey", options.AccessKey), ("SecretKey", options.SecretKey) })
        {
            if (string.IsNullOrWhiteSpace(value))
            {
                failures.Add($"Content:S3:{key} must be set.");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
