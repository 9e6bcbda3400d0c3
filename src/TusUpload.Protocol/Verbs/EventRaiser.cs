using Microsoft.Extensions.Logging;

using TusUpload.Protocol.Events;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Verbs;

/// <summary>
/// Tells the application what has happened. The store has committed by then, so trouble in an event is logged and changes no answer: an
/// error would make the client send again what is there.
/// </summary>
internal sealed partial class EventRaiser(ILogger<EventRaiser> logger)
{
    public Task CreatedAsync(TusExchange exchange, UploadMetadata metadata, long? length) =>
        exchange.Events.OnCreateComplete is { } tell
            ? RaiseAsync(tell, new CreateCompleteContext(exchange.Http, exchange.UploadId, metadata, length), exchange.UploadId)
            : Task.CompletedTask;

    public Task CompletedAsync(TusExchange exchange, UploadInfo upload) =>
        exchange.Events.OnFileComplete is { } tell
            ? RaiseAsync(tell, new FileCompleteContext(exchange.Http, upload.Id, upload), upload.Id)
            : Task.CompletedTask;

    public Task DeletedAsync(TusExchange exchange) =>
        exchange.Events.OnDeleteComplete is { } tell
            ? RaiseAsync(tell, new DeleteCompleteContext(exchange.Http, exchange.UploadId), exchange.UploadId)
            : Task.CompletedTask;

    private async Task RaiseAsync<TContext>(Func<TContext, Task> tell, TContext context, Guid uploadId)
    {
        try
        {
            await tell(context);
        }
        catch (Exception trouble)
        {
            LogEventFailed(trouble, typeof(TContext).Name, uploadId);
        }
    }

    [LoggerMessage(
        EventId = 1010, Level = LogLevel.Error,
        Message = "The event {Event} of upload {UploadId} failed; its client was answered as if it had not")]
    private partial void LogEventFailed(Exception trouble, string @event, Guid uploadId);
}
