using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Events;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Verbs;

/// <summary>DELETE: ends an upload for good. tus 1.0.0, termination.</summary>
internal static class DeleteUpload
{
    public static async Task<TusError?> HandleAsync(TusExchange exchange, ITusTerminationStore store, EventRaiser events)
    {
        var http = exchange.Http;
        if (exchange.Events.OnBeforeDelete is { } ask)
        {
            var context = new BeforeDeleteContext(http, exchange.UploadId);
            await ask(context);
            if (context.Refusal is { } refusal)
            {
                return refusal;
            }
        }

        // Not the request's token: a termination that has begun is finished.
        var (_, error) = await store.TerminateAsync(exchange.UploadId, http.User, CancellationToken.None);
        if (error is not null)
        {
            return error;
        }

        await events.DeletedAsync(exchange);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }
}
