using System.Net;

using Npgsql;

using TusUpload.Data.Audit;
using TusUpload.Server.Api;
using TusUpload.Server.Api.Idempotency;
using TusUpload.Server.Auth;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Audit;

/// <summary>
/// Records what is asked of the API that is no reading, what operators do with jobs, and who signs in: when it was done or refused for who asks, and otherwise
/// where nobody knows what came of it. An entry is written after the fact and before the answer. Dying between fact and entry leaves a fact without an entry,
/// and a client without an answer; an entry that cannot be written costs nobody an answer. Uploads tell of themselves by events and are not in it.
/// </summary>
internal sealed partial class AuditTrail(RequestDelegate next, AuditLog log, AuditMeter meter, ILogger<AuditTrail> logger)
{
    private const string Jobs = "/hangfire";
    private const int LongestSubject = 200;

    // Addresses are compared as routing compares them: whatever the case.
    private static readonly PathString[] Roots = [ApiSetup.Root, Jobs, "/login", "/logout"];

    // Nothing of uploads comes near it.
    public Task InvokeAsync(HttpContext http) => IsChange(http.Request) ? RecordAsync(http) : next(http);

    private static bool IsChange(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) && !HttpMethods.IsOptions(request.Method)
        && Array.Exists(Roots, root => request.Path.StartsWithSegments(root, StringComparison.OrdinalIgnoreCase));

    private async Task RecordAsync(HttpContext http)
    {
        var entry = new Entry(this, http);
        http.Response.OnStarting(static state => ((Entry)state).WriteAsync(), entry);
        await next(http);

        // An answer without a body starts when everybody is done, and one to a client that is gone does not.
        await entry.WriteAsync();
    }

    private async Task WriteAsync(HttpContext http, PathString path)
    {
        var (status, endpoint) = (http.Response.StatusCode, http.GetEndpoint());
        if (!IsRecorded(status) || IsPolling(path) || IsReplay(http.Response) || ActionOf(endpoint) is not { } action)
        {
            return;
        }

        var (caller, subject) = (http.User.FindCaller(), SubjectOf(http, path));
        try
        {
            await log.AddAsync(new(caller?.Subject, caller?.KeyId, action, subject, AddressOf(http), status), CancellationToken.None);
        }
        catch (Exception trouble) when (trouble is NpgsqlException or TimeoutException)
        {
            meter.Lost();
            LogLost(trouble, action, status);
        }
    }

    // A refusal for any other reason changed nothing and says nothing of who asked. Whatever passes may have come after a part of the work.
    private static bool IsRecorded(int status) => status is < 400 or 401 or 403 or 423 or 499 or >= 500;

    // What was made was recorded when it was made.
    private static bool IsReplay(HttpResponse response) => response.Headers.ContainsKey(IdempotentCreations.Replayed);

    private static string? ActionOf(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<AuditedAction>()?.Name ?? endpoint?.Metadata.GetMetadata<Access>()?.Name;

    // The pages of the jobs ask for their numbers by POST, every few seconds.
    private static bool IsPolling(PathString path) => path.StartsWithSegments(Jobs + "/stats", StringComparison.OrdinalIgnoreCase);

    /// <summary>Ids alone: of what the address names, else of what was made. Of the jobs' pages it is the command, which they write into the address.</summary>
    private static string? SubjectOf(HttpContext http, PathString path)
    {
        if (path.StartsWithSegments(Jobs, StringComparison.OrdinalIgnoreCase, out var command))
        {
            var text = command.ToUriComponent().Trim('/');
            return text.Length is 0 or > LongestSubject ? null : text;
        }

        if (http.Features.Get<AuditedSubject>() is { Id: var about })
        {
            return about.ToString();
        }

        var named = http.Request.RouteValues.Values.OfType<string>().FirstOrDefault(value => Guid.TryParse(value, out _))
            ?? http.Response.Headers.Location.ToString().Split('/')[^1];
        return Guid.TryParse(named, out var id) ? id.ToString() : null;
    }

    private static string? AddressOf(HttpContext http) => Plain(http.Connection.RemoteIpAddress)?.ToString();

    private static IPAddress? Plain(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;

    [LoggerMessage(EventId = 5320, Level = LogLevel.Error, Message = "The audit log misses an entry: {Action}, answered {Status}")]
    private partial void LogLost(Exception trouble, string action, int status);

    private sealed class Entry(AuditTrail trail, HttpContext http)
    {
        // The jobs' pages shorten it on their way.
        private readonly PathString _path = http.Request.Path;
        private bool _isWritten;

        public Task WriteAsync()
        {
            if (_isWritten)
            {
                return Task.CompletedTask;
            }

            _isWritten = true;
            return trail.WriteAsync(http, _path);
        }
    }
}
