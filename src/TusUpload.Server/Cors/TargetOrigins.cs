using System.Collections.Frozen;

using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

using Npgsql;

using TusUpload.Data.Workspaces;
using TusUpload.Protocol;
using TusUpload.Protocol.Cors;
using TusUpload.Protocol.Stores;
using TusUpload.Server.Api;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Cors;

/// <summary>
/// Pages of origins that <c>Tus:Cors:AllowedOrigins</c> does not name, and a workspace or link does. A preflight does not say what will be asked for, so it is
/// allowed to any such origin. The answer itself may be read where the workspace or link names the origin that the request is about: that which the address or
/// Upload-Metadata names, else the caller's link, else any workspace of the caller's. Comes before the headers of CORS are set.
/// </summary>
internal sealed partial class TargetOrigins(
    RequestDelegate next, AllowedOrigins origins, IOptions<TusOptions> tus, ILogger<TargetOrigins> logger)
{
    private const string MetadataHeader = "Upload-Metadata";

    private readonly FrozenSet<string> _configured = (tus.Value.Cors.AllowedOrigins ?? [TusCorsOptions.Any]).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    private readonly PathString _uploads = tus.Value.Path;

    public Task InvokeAsync(HttpContext http) =>
        http.Request.Headers.Origin is [{ } origin] && !_configured.Contains(TusCorsOptions.Any) && !_configured.Contains(origin)
            && (IsTus(http.Request) || http.Request.Path.StartsWithSegments(ApiSetup.Root, StringComparison.OrdinalIgnoreCase))
            ? AdmitAsync(http, origin)
            : next(http);

    private async Task AdmitAsync(HttpContext http, string origin)
    {
        try
        {
            if (await origins.IsNamedAsync(origin, http.RequestAborted)
                && (HttpMethods.IsOptions(http.Request.Method) || await IsForTargetAsync(http, origin)))
            {
                http.Features.Set(AdmittedOrigin.Instance);
            }
        }
        catch (NpgsqlException trouble)
        {
            // The page sees an error of the network and comes back, as it would from the answer.
            LogAway(trouble.Message);
        }

        await next(http);
    }

    private async ValueTask<bool> IsForTargetAsync(HttpContext http, string origin)
    {
        var cancellationToken = http.RequestAborted;
        if (NamedIn(http) is { } id)
        {
            return await origins.IsForThingAsync(origin, id, cancellationToken);
        }

        if (http.Request.RouteValues["slug"] is string slug)
        {
            return await origins.IsForSlugAsync(origin, slug, cancellationToken);
        }

        // Whoever is nobody gets a refusal, or what needs no sign-in; a page may read either.
        var signedIn = await http.AuthenticateAsync();
        return signedIn.Principal?.FindCaller() is not { } caller
            || (caller.LinkId is { } link
                ? await origins.IsForThingAsync(origin, link, cancellationToken)
                : await origins.IsForUserAsync(origin, caller.Subject, cancellationToken));
    }

    private Guid? NamedIn(HttpContext http)
    {
        var request = http.Request;
        foreach (var value in request.RouteValues.Values.OfType<string>())
        {
            if (Guid.TryParse(value, out var id))
            {
                return id;
            }
        }

        var metadata = IsTus(request) ? UploadMetadata.Read(request.Headers[MetadataHeader], tus.Value.MaxMetadataBytes) : UploadMetadata.Empty;
        return Id(metadata.Find("linkId")) ?? Id(metadata.Find("workspaceId")) ?? Id(request.Query["linkId"]) ?? Id(request.Query["workspaceId"]);
    }

    private bool IsTus(HttpRequest request) => request.Path.StartsWithSegments(_uploads, StringComparison.OrdinalIgnoreCase);

    private static Guid? Id(string? text) => Guid.TryParse(text, out var id) ? id : null;

    [LoggerMessage(EventId = 5330, Level = LogLevel.Warning, Message = "Whether a page may read an answer could not be looked up: {Reason}")]
    private partial void LogAway(string reason);
}
