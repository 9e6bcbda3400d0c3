using Microsoft.AspNetCore.Http.Features;

using TusUpload.Pipeline.Notifications;

namespace TusUpload.Server.Api.Events;

/// <summary>
/// Writes a feed as server-sent events until the client goes, its sign-in counts no more or the server stops; the client then comes back with its last id.
/// A comment every <see cref="Heartbeat"/> keeps proxies from closing a quiet stream; so often the sign-in is looked at.
/// </summary>
/// <param name="stillCounts">Whether the listener's sign-in does.</param>
internal sealed class EventStream(
    Func<CancellationToken, IAsyncEnumerable<FeedMessage>> subscribe, Predicate<string> wanted, Func<Task<bool>> stillCounts, TimeProvider time,
    CancellationToken stopping) : IResult
{
    internal static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private long _lookedAt = time.GetTimestamp();

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";

        var writer = new EventWriter(response.BodyWriter);
        try
        {
            await CopyAsync(writer, ended);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The client has gone, or goes elsewhere: either way the stream is over.
        }
    }

    private async Task CopyAsync(EventWriter writer, CancellationTokenSource ended)
    {
        await using var messages = subscribe(ended.Token).GetAsyncEnumerator(ended.Token);
        var next = messages.MoveNextAsync().AsTask();
        try
        {
            writer.Begin();
            await writer.FlushAsync(ended.Token);
            while (await NextAsync(next, writer, ended.Token))
            {
                if (wanted(messages.Current.Type))
                {
                    writer.Write(messages.Current);
                    await writer.FlushAsync(ended.Token);
                }

                next = messages.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumerator may only be disposed when its last move has ended.
            await ended.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> NextAsync(Task<bool> next, EventWriter writer, CancellationToken cancellationToken)
    {
        while (true)
        {
            var left = Heartbeat - time.GetElapsedTime(_lookedAt);
            if (left <= TimeSpan.Zero)
            {
                if (!await stillCounts())
                {
                    return false;
                }

                (_lookedAt, left) = (time.GetTimestamp(), Heartbeat);
            }

            try
            {
                return await next.WaitAsync(left, time, cancellationToken);
            }
            catch (TimeoutException) when (!next.IsCompleted)
            {
                writer.Beat();
                await writer.FlushAsync(cancellationToken);
            }
        }
    }
}
