using System.Net;
using System.Net.Sockets;
using System.Xml;
using System.Xml.Linq;

using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace TusUpload.Uploads.Content.S3;

/// <summary>
/// Sends what has a body, each to an address that is signed for it. The client would hash a body once more to sign it where the store has no TLS, would
/// end a slow one that moves, and reads streams synchronously. What the store checks is the MD5 that goes along.
/// </summary>
internal sealed class S3Sender(AmazonS3Client client, S3Address address)
{
    private const int LongestError = 64 * 1024;

    private static readonly TimeSpan Validity = TimeSpan.FromHours(6);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    private static readonly HttpClient Http = new(new SocketsHttpHandler
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(10),
        AllowAutoRedirect = false,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Puts an object or a part; its ETag without quotes. Throws what the client throws.</summary>
    public async Task<string> PutAsync(GetPreSignedUrlRequest target, S3Body body, CancellationToken cancellationToken)
    {
        target.Verb = HttpVerb.PUT;
        target.Protocol = address.Protocol;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                body.Bytes.Position = 0;
                return await TryPutAsync(target, body, cancellationToken);
            }
            catch (Exception trouble) when (attempt <= address.Retries && MayPass(trouble) && !cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(Pause(attempt), cancellationToken);
            }
        }
    }

    private async Task<string> TryPutAsync(GetPreSignedUrlRequest target, S3Body body, CancellationToken cancellationToken)
    {
        target.Expires = TimeProvider.System.GetUtcNow().UtcDateTime + Validity;
        using var silence = Silence.OfBody(body.Bytes.Length, address.RequestTimeout, cancellationToken);
        using var content = new StreamBody(body.Bytes, body.Bytes.Length, silence);
        content.Headers.ContentMD5 = Convert.FromHexString(body.Digest);
        if (target.ContentType is { } type)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        using var request = new HttpRequestMessage(HttpMethod.Put, await client.GetPreSignedURLAsync(target)) { Content = content };

        // A store that refuses says so before the body, and not by breaking the connection under it.
        request.Headers.ExpectContinue = true;
        using var answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token);
        return answer.IsSuccessStatusCode ? S3Digest.Of(answer.Headers.ETag?.Tag) : throw await RefusalAsync(answer, silence.Token);
    }

    private static async Task<AmazonS3Exception> RefusalAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var code = "";
        try
        {
            await answer.Content.LoadIntoBufferAsync(LongestError, cancellationToken);
            code = XDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)).Root?.Elements()
                .FirstOrDefault(element => element.Name.LocalName == "Code")?.Value ?? "";
        }
        catch (Exception unreadable) when (unreadable is XmlException or HttpRequestException)
        {
            // A gateway's own page: the status must do.
        }

        return new AmazonS3Exception($"The store answered {(int)answer.StatusCode} {code}.", ErrorType.Unknown, code, "", answer.StatusCode);
    }

    // A digest that does not fit what arrived is the line's fault, or a disk's: the next try reads again.
    private static bool MayPass(Exception trouble) => trouble switch
    {
        AmazonS3Exception refused => refused.StatusCode is >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests
            || refused.ErrorCode is "RequestTimeout" or "SlowDown" or "BadDigest",
        _ => trouble is HttpRequestException or IOException or OperationCanceledException or SocketException,
    };

    private static TimeSpan Pause(int attempt)
    {
        var longest = Math.Min(LongestPause.TotalSeconds, 0.2 * Math.Pow(2, attempt));
        return TimeSpan.FromSeconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
    }
}
