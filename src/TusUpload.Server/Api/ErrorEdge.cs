using Npgsql;

using TusUpload.Uploads.Content;

namespace TusUpload.Server.Api;

/// <summary>
/// Where requests end that nobody answered well: exceptions become problem documents without a stack trace, and bare statuses of routing and
/// parameter binding get the document that belongs to them.
/// </summary>
internal sealed partial class ErrorEdge(RequestDelegate next, ILogger<ErrorEdge> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is left to answer; the log shows what others call it too.
            http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return;
        }
        catch (BadHttpRequestException bad)
        {
            await AnswerAsync(http, ApiError.Of(bad.StatusCode));
            return;
        }
        catch (Exception trouble) when (IsDatabaseAway(trouble))
        {
            LogAway(trouble.GetType().Name, trouble.Message);
            await AnswerAsync(http, ApiError.Unavailable);
            return;
        }
        catch (ContentUnavailableException away)
        {
            LogStoreAway(away.Message);
            await AnswerAsync(http, ApiError.StorageUnavailable);
            return;
        }
        catch (FileNotFoundException gone)
        {
            LogMissing(gone.Message);
            await AnswerAsync(http, ApiError.ContentMissing);
            return;
        }
        catch (Exception trouble)
        {
            LogUnexpected(trouble);
            await AnswerAsync(http, ApiError.Unexpected);
            return;
        }

        if (http.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null } && !HttpMethods.IsHead(http.Request.Method))
        {
            await ApiError.Of(http.Response.StatusCode).ExecuteAsync(http);
        }
    }

    /// <summary>Trouble that passes: the server is not reached, is starting or stopping, or has no connection left.</summary>
    internal static bool IsDatabaseAway(Exception? trouble)
    {
        for (; trouble is not null; trouble = trouble.InnerException)
        {
            if (trouble is NpgsqlException { IsTransient: true })
            {
                return true;
            }
        }

        return false;
    }

    private static async Task AnswerAsync(HttpContext http, ApiError error)
    {
        if (http.Response.HasStarted)
        {
            // A broken answer must not look like a whole one.
            http.Abort();
            return;
        }

        http.Response.Clear();
        await error.ExecuteAsync(http);
    }

    [LoggerMessage(EventId = 5300, Level = LogLevel.Warning, Message = "The database is away: {Kind}: {Reason}")]
    private partial void LogAway(string kind, string reason);

    [LoggerMessage(EventId = 5302, Level = LogLevel.Warning, Message = "The object store is away: {Reason}")]
    private partial void LogStoreAway(string reason);

    [LoggerMessage(EventId = 5303, Level = LogLevel.Warning, Message = "The object store has nothing for a file that is ready: {Reason}")]
    private partial void LogMissing(string reason);

    [LoggerMessage(EventId = 5301, Level = LogLevel.Error, Message = "A request failed unexpectedly")]
    private partial void LogUnexpected(Exception trouble);
}
