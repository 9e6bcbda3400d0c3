using System.Net;
using System.Net.Sockets;

using Amazon.Runtime;

namespace TusUpload.Uploads.Content.S3;

/// <summary>What a store's refusals and silence mean to us.</summary>
internal static class S3Trouble
{
    public static async Task<T> GuardAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (AmazonServiceException full) when (IsFull(full))
        {
            throw new StorageFullException($"The object store has no room: {full.ErrorCode}.", full);
        }
        catch (AmazonServiceException large) when (IsTooLarge(large))
        {
            throw new S3TooLargeException("The object store takes no object of this size.", large);
        }
        catch (AmazonServiceException refused) when (IsRefusal(refused))
        {
            throw new S3RefusedException($"The object store refuses: {refused.ErrorCode}.", refused);
        }
        catch (Exception away) when (IsAway(away) && !cancellationToken.IsCancellationRequested)
        {
            throw new ContentUnavailableException($"The object store cannot be reached or does not work: {Reason(away)}", away);
        }
    }

    /// <summary>No such object, multipart upload or bucket. HEAD has no body, so its status says it.</summary>
    public static bool IsGone(AmazonServiceException trouble) => trouble.StatusCode == HttpStatusCode.NotFound;

    private static bool IsFull(AmazonServiceException trouble) =>
        trouble.StatusCode == HttpStatusCode.InsufficientStorage
        || trouble.ErrorCode is "QuotaExceeded" or "XMinioStorageFull" or "InsufficientStorage" or "StorageQuotaExceeded";

    private static bool IsTooLarge(AmazonServiceException trouble) =>
        trouble.StatusCode == HttpStatusCode.RequestEntityTooLarge || trouble.ErrorCode == "EntityTooLarge";

    // A store that says this says it again, until somebody changes a setting.
    private static bool IsRefusal(AmazonServiceException trouble) =>
        trouble.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or HttpStatusCode.MovedPermanently
        && trouble.ErrorCode != "RequestTimeTooSkewed";

    private static bool IsAway(Exception trouble) =>
        trouble is AmazonServiceException or AmazonClientException or HttpRequestException or TimeoutException or OperationCanceledException
            or SocketException
        || (trouble is IOException and not StorageFullException and not ContentUnavailableException);

    private static string Reason(Exception trouble) => trouble is AmazonServiceException { ErrorCode: { Length: > 0 } code } ? code : trouble.Message;
}

/// <summary>The store does not let us in: the key, its rights, or the address are wrong.</summary>
public sealed class S3RefusedException(string message, Exception? inner = null) : ContentUnavailableException(message, inner);

/// <summary>The store will not take an object as large as this.</summary>
public sealed class S3TooLargeException(string message, Exception? inner = null) : ContentUnavailableException(message, inner);
