namespace TusUpload.Server.Api.Idempotency;

/// <summary>Metadata of an endpoint that makes something: it takes an Idempotency-Key.</summary>
/// <param name="KeepsBody">Whether the body of a success is kept; one that holds a secret must not be.</param>
internal sealed record Creates(bool KeepsBody);

internal static class CreatesEndpoints
{
    /// <summary>An endpoint that makes something, once for each Idempotency-Key.</summary>
    /// <param name="keepsBody">False where the answer holds a secret: who asks again gets the answer without its body.</param>
    public static RouteHandlerBuilder Creates(this RouteHandlerBuilder endpoint, bool keepsBody = true) => endpoint.WithMetadata(new Creates(keepsBody));
}
