using Amazon.Runtime;
using Amazon.S3;

namespace TusUpload.Uploads.Content.S3;

/// <summary>Where an object store is, who asks it, and how long for. Makes the client with the settings that every store understands.</summary>
public sealed class S3Address
{
    /// <summary>Address of the store, such as <c>https://s3.eu-central-1.amazonaws.com</c>; it may have a path.</summary>
    public required string ServiceUrl { get; init; }

    /// <summary>Named in signatures.</summary>
    public required string Region { get; init; }

    public required string AccessKey { get; init; }

    public required string SecretKey { get; init; }

    /// <summary>How long one try of one request may take.</summary>
    public required TimeSpan RequestTimeout { get; init; }

    /// <summary>Further tries of a request that failed for a reason that may pass; the pauses between them grow and are jittered.</summary>
    public required int Retries { get; init; }

    /// <summary>What addresses that are signed for this store begin with.</summary>
    internal Amazon.S3.Protocol Protocol =>
        ServiceUrl.StartsWith("https://", StringComparison.OrdinalIgnoreCase) ? Amazon.S3.Protocol.HTTPS : Amazon.S3.Protocol.HTTP;

    /// <summary>A client of this store; dispose of it.</summary>
    public AmazonS3Client Connect() => new(new BasicAWSCredentials(AccessKey, SecretKey), new AmazonS3Config
    {
        ServiceURL = ServiceUrl,
        AuthenticationRegion = Region,
        ForcePathStyle = true,

        // What is added to every request by default breaks stores that are not AWS.
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        RetryMode = RequestRetryMode.Standard,
        MaxErrorRetry = Retries,
        Timeout = RequestTimeout,
        ConnectTimeout = TimeSpan.FromTicks(Math.Min(RequestTimeout.Ticks, TimeSpan.FromSeconds(10).Ticks)),
        IgnoreConfiguredEndpointUrls = true,
    });
}
