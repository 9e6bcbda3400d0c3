using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Protocol.Verbs;

namespace TusUpload.Protocol.Ietf;

/// <summary>DELETE of an upload: as in tus. IETF draft, upload cancellation.</summary>
internal static class CancelResumable
{
    public static async Task<TusError?> HandleAsync(TusExchange exchange, IetfRequest request, ITusTerminationStore store, EventRaiser events) =>
        RetrieveOffset.CheckState(exchange, request) ?? await DeleteUpload.HandleAsync(exchange, store, events);
}
