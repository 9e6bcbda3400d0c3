using System.Security.Cryptography;
using System.Text;

using Npgsql;

using TusUpload.Data.Idempotency;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Idempotency;

/// <summary>
/// The Idempotency-Key header field (IETF draft, version 7) on endpoints that <see cref="Creates"/>: a request that comes again is not done again, and is answered
/// as it was. Stands behind authorization, before anything is read of the body.
/// 1 the key, 2 the body, 3 whose turn it is, 4 the work, unless 5 it was done before.
/// </summary>
internal sealed partial class IdempotentCreations(RequestDelegate next, IdempotencyKeys keys, ILogger<IdempotentCreations> logger)
{
    public const string Header = "Idempotency-Key";
    public const string Replayed = "Idempotency-Replayed";

    private const int LongestKey = 255;
    private const int LongestOperation = 200;
    private const int LargestKept = 64 * 1024;

    public Task InvokeAsync(HttpContext http) =>
        http.Request.Headers.TryGetValue(Header, out var key) && http.GetEndpoint()?.Metadata.GetMetadata<Creates>() is { } creates
            ? HandleAsync(http, key.Count == 1 ? key[0] : null, creates)
            : next(http);

    private async Task HandleAsync(HttpContext http, string? key, Creates creates)
    {
        // 1. One address, however it is written.
        var operation = $"{http.Request.Method} {http.Request.Path.ToUriComponent().TrimEnd('/').ToLowerInvariant()}";
        if (key is not { Length: > 0 and <= LongestKey } || key.AsSpan().ContainsAnyExceptInRange('!', '~') || operation.Length > LongestOperation)
        {
            await ApiError.InvalidIdempotencyKey.ExecuteAsync(http);
            return;
        }

        // 2.
        var request = new IdempotentRequest(http.User.Caller().Subject, operation, key);
        var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        body.Position = 0;

        // 3.
        var claim = await keys.ClaimAsync(request, Hash(http.Request, body), http.RequestAborted);
        if (claim.ClaimedAt is { } claimedAt)
        {
            // 4. Whoever comes again hears how this ends; so it goes on without its client.
            http.Request.Body = body;
            http.RequestAborted = CancellationToken.None;
            await RunAsync(http, new(request, claimedAt, creates));
            return;
        }

        // 5.
        await (claim switch
        {
            { IsOther: true } => ApiError.IdempotencyKeyReused.ExecuteAsync(http),
            { Answer: { } answer } => ReplayAsync(http, answer),
            _ => ApiError.IdempotencyInProgress.ExecuteAsync(http),
        });
    }

    private async Task RunAsync(HttpContext http, Turn turn)
    {
        var (response, wire, answer) = (http.Response, http.Response.Body, new MemoryStream());
        response.Body = answer;
        try
        {
            await next(http);
            await response.BodyWriter.FlushAsync(http.RequestAborted);
        }
        catch
        {
            await EndAsync(turn, null);
            throw;
        }
        finally
        {
            response.Body = wire;
        }

        await EndAsync(turn, IsKept(response.StatusCode) ? Keep(response, answer, turn.Creates) : null);
        if (answer.Length > 0)
        {
            response.ContentLength = answer.Length;
            answer.Position = 0;
            await answer.CopyToAsync(wire, http.RequestAborted);
        }
    }

    /// <summary>Before the answer: whoever has seen it sees it again. Dying between the work and this makes the next request do it again, after the lease.</summary>
    private async Task EndAsync(Turn turn, KeptAnswer? answer)
    {
        try
        {
            if (answer is null)
            {
                await keys.ReleaseAsync(turn.Request, turn.ClaimedAt, CancellationToken.None);
            }
            else if (!await keys.KeepAsync(turn.Request, turn.ClaimedAt, answer, CancellationToken.None))
            {
                LogLate(turn.Request.Operation);
            }
        }
        catch (NpgsqlException trouble)
        {
            // What was done is done, and its client may know.
            LogNotKept(trouble, turn.Request.Operation);
        }
    }

    // What passes says nothing of the next request.
    private static bool IsKept(int status) => status is < 500 and not (StatusCodes.Status408RequestTimeout or StatusCodes.Status429TooManyRequests);

    private static KeptAnswer Keep(HttpResponse response, MemoryStream body, Creates creates)
    {
        var keepsBody = body.Length <= LargestKept && (creates.KeepsBody || response.StatusCode >= 400);
        return new(
            (short)response.StatusCode, Text(response.Headers.Location.ToString()), Text(response.Headers.ETag.ToString()), keepsBody ? body.ToArray() : null);

        static string? Text(string header) => header.Length == 0 ? null : header;
    }

    private static async Task ReplayAsync(HttpContext http, KeptAnswer answer)
    {
        var response = http.Response;
        response.StatusCode = answer.Status;
        response.Headers[Replayed] = "true";
        response.Headers.Location = answer.Location;
        response.Headers.ETag = answer.ETag;
        response.ContentLength = answer.Body?.Length ?? 0;
        if (answer.Body is { Length: > 0 } body)
        {
            response.ContentType = answer.Status >= 400 ? "application/problem+json" : "application/json; charset=utf-8";
            await response.Body.WriteAsync(body, http.RequestAborted);
        }
    }

    private static byte[] Hash(HttpRequest request, MemoryStream body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(request.QueryString.ToUriComponent()));
        hash.AppendData([0]);
        hash.AppendData(body.GetBuffer().AsSpan(0, (int)body.Length));
        return hash.GetHashAndReset();
    }

    private sealed record Turn(IdempotentRequest Request, DateTime ClaimedAt, Creates Creates);

    [LoggerMessage(EventId = 5310, Level = LogLevel.Warning, Message = "{Operation} took longer than its idempotency key was held for it, and may have been done twice")]
    private partial void LogLate(string operation);

    [LoggerMessage(EventId = 5311, Level = LogLevel.Error,
        Message = "The answer to {Operation} could not be kept; the same request may be done again after half a minute")]
    private partial void LogNotKept(Exception trouble, string operation);
}
