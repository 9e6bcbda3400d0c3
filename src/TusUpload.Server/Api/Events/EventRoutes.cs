using System.Collections.Frozen;
using System.Globalization;

using TusUpload.Pipeline.Notifications;
using TusUpload.Server.Api.Description;
using TusUpload.Server.Auth;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Events;

/// <summary>GET /events: the caller's events as they happen, as server-sent events.</summary>
internal static class EventRoutes
{
    public const string LastEventId = "Last-Event-ID";

    public static void MapEvents(this IEndpointRouteBuilder api) =>
        api.MapGet("/events", HandleAsync)
            .WithTags("events")
            .WithSummary("Streams the caller's events; Last-Event-ID continues after the last one seen, types narrows (comma-separated).")
            .Produces(200, contentType: "text/event-stream")
            .ProducesProblem(400)
            .AddOpenApiOperationTransformer(static (operation, _, _) =>
            {
                CommonDescription.Take(operation, LastEventId, "The id of the last event seen: the stream goes on after it. Counts before lastEventId.");
                return Task.CompletedTask;
            })
            .For(Access.HearEvents);

    private static async Task<IResult> HandleAsync(
        string? lastEventId, string? types, Caller caller, HttpRequest request, [AsParameters] Services services)
    {
        // A browser that reconnects sends the header and the old address: the header is the newer one.
        var last = request.Headers.TryGetValue(LastEventId, out var header) ? header.ToString() : lastEventId;
        var after = default(long?);
        if (!string.IsNullOrEmpty(last))
        {
            if (!long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
            {
                return ApiError.InvalidLastEventId;
            }

            after = sequence;
        }

        var from = after ?? await services.Feed.LastPlaceAsync(request.HttpContext.RequestAborted);
        var wanted = types?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
        return new EventStream(
            token => services.Feed.SubscribeAsync(caller.Subject, from, token),
            wanted is { Count: > 0 } ? wanted.Contains : static _ => true,
            () => LastingSignIn.StillCountsAsync(request.HttpContext),
            services.Time,
            services.Lifetime.ApplicationStopping);
    }

    internal sealed record Services(EventFeed Feed, IHostApplicationLifetime Lifetime, TimeProvider Time);
}
