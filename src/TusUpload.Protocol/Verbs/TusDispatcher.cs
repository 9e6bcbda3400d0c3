using System.Data.Common;
using System.Diagnostics;
using System.Net.Sockets;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Cors;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Headers;
using TusUpload.Protocol.Ietf;
using TusUpload.Protocol.Metrics;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Verbs;

/// <summary>
/// The wire edge: every request of the protocol enters and leaves here.
/// Both protocols: tus names itself in every request, see <see cref="IetfRequest.IsSpoken"/>.
/// 0 headers of every answer, 1 the verb, 2 requirements of every verb, 3 the verb's own work, 4 trouble, 5 the refusal, 6 what is unread.
/// </summary>
internal sealed partial class TusDispatcher(
    IOptions<TusOptions> options, CorsPolicy cors, BodyWatch watch, TusMetrics metrics, EventRaiser events, ILogger<TusDispatcher> logger)
{
    /// <summary>The route parameter that names an upload.</summary>
    public const string RouteKey = "uploadId";

    private const string Ok = "ok";
    private const string ClientGone = "client_gone";

    public async Task HandleAsync(HttpContext http)
    {
        // 0. On every answer, refusals included.
        Begin(http, cors);

        // 1. The verb, and whether it applies to this path and this store.
        var store = http.RequestServices.GetRequiredService<ITusStore>();
        var id = http.Request.RouteValues[RouteKey] as string;
        var ietf = IetfRequest.TryRead(http.Request, isUpload: id is not null);
        var verb = ietf is null ? VerbReader.Read(http.Request) : IetfRequest.VerbOf(http.Request, isUpload: id is not null);
        if (verb == TusVerb.Options)
        {
            DescribeServer.Answer(http, store, options.Value);
            metrics.Answered(verb, Ok);
            return;
        }

        // The length too: the parser allows white space around.
        var uploadId = id is { Length: 36 } && Guid.TryParseExact(id, "D", out var parsed) ? parsed : Guid.Empty;
        using var activity = TusMetrics.Activities.StartActivity(TusMetrics.NameOf(verb));
        using var exchange = new TusExchange(http, verb, uploadId, store, options.Value, watch) { IsIetf = ietf is not null };
        TusError? error;
        try
        {
            // 2. and 3.
            error = CheckForm(exchange, id, ietf) ?? await exchange.AuthorizeAsync()
                ?? await (ietf is null ? HandVerbAsync(exchange) : HandVerbAsync(exchange, ietf));
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            metrics.Answered(verb, ClientGone);
            return;
        }
        catch (Exception trouble)
        {
            // 4. The upload is safe, whatever this is.
            LogAny(trouble, verb, exchange.UploadId);
            error = StatusPolicy.ForTrouble(verb);
        }

        activity?.SetTag("tus.upload_id", exchange.UploadId);
        await AnswerAsync(exchange, error, activity);
    }

    /// <summary>Sets what every answer carries, also one that is given before a request comes here. May be called twice.</summary>
    public static void Begin(HttpContext http, CorsPolicy cors)
    {
        if (IetfRequest.TryRead(http.Request, isUpload: http.Request.RouteValues.ContainsKey(RouteKey)) is { } ietf)
        {
            IetfAnswer.Begin(http, ietf);
        }
        else
        {
            http.Response.Headers[TusHeaders.TusResumable] = TusHeaders.Version;
        }

        http.Response.Headers.CacheControl = TusHeaders.NoStore;
        cors.Apply(http);
    }

    private async Task AnswerAsync(TusExchange exchange, TusError? error, Activity? activity)
    {
        var http = exchange.Http;
        if (exchange.Body?.End == BodyEnd.ClientGone)
        {
            // Nobody reads an answer; a connection whose framing broke off must not be used again.
            metrics.Answered(exchange.Verb, ClientGone);
            http.Abort();
            return;
        }

        // 5. The refusal.
        metrics.Answered(exchange.Verb, error?.Code ?? Ok);
        var closing = UnreadBody.MarkClosing(http, exchange.Body, watch.IsDraining);
        if (error is not null)
        {
            activity?.SetTag("error.type", error.Code);
            error = StatusPolicy.For(exchange.Verb, error, exchange.IsIetf);
            LogRefused(exchange.Verb, exchange.UploadId, error.Status, error.Code);
            await ProblemDocument.WriteAsync(http, error, withDocument: exchange.Verb != TusVerb.Head);
        }

        // 6. What the client still sends.
        if (closing)
        {
            await UnreadBody.LeaveAsync(http, watch.Time);
        }
    }

    private static TusError? CheckForm(TusExchange exchange, string? id, IetfRequest? ietf)
    {
        var http = exchange.Http;
        if (!Applies(exchange.Verb, exchange.Store, isUpload: id is not null))
        {
            http.Response.Headers.Allow = ListMethods(exchange.Store, isUpload: id is not null);
            return Refusals.MethodNotAllowed;
        }

        if (ietf is null && http.Request.Headers[TusHeaders.TusResumable] != TusHeaders.Version)
        {
            http.Response.Headers[TusHeaders.TusVersion] = TusHeaders.Version;
            return Refusals.UnsupportedVersion;
        }

        if (exchange.IsDraining)
        {
            return StatusPolicy.Draining;
        }

        return id is not null && exchange.UploadId == Guid.Empty ? TusError.NotFound : null;
    }

    private Task<TusError?> HandVerbAsync(TusExchange exchange) => exchange.Verb switch
    {
        TusVerb.Create => CreateUpload.HandleAsync(exchange, (ITusCreationStore)exchange.Store, events),
        TusVerb.Head => HeadUpload.HandleAsync(exchange, events),
        TusVerb.Patch => PatchUpload.HandleAsync(exchange, events),
        _ => DeleteUpload.HandleAsync(exchange, (ITusTerminationStore)exchange.Store, events),
    };

    private Task<TusError?> HandVerbAsync(TusExchange exchange, IetfRequest ietf) => exchange.Verb switch
    {
        TusVerb.Create => CreateResumable.HandleAsync(exchange, ietf, (ITusCreationStore)exchange.Store, events),
        TusVerb.Head => RetrieveOffset.HandleAsync(exchange, ietf),
        TusVerb.Patch => AppendResumable.HandleAsync(exchange, ietf, events),
        _ => CancelResumable.HandleAsync(exchange, ietf, (ITusTerminationStore)exchange.Store, events),
    };

    private static bool Applies(TusVerb verb, ITusStore store, bool isUpload) => verb switch
    {
        TusVerb.Create => !isUpload && store is ITusCreationStore,
        TusVerb.Head or TusVerb.Patch => isUpload,
        TusVerb.Delete => isUpload && store is ITusTerminationStore,
        _ => false,
    };

    private static string ListMethods(ITusStore store, bool isUpload) => (isUpload, store) switch
    {
        (true, ITusTerminationStore) => "OPTIONS, HEAD, PATCH, DELETE",
        (true, _) => "OPTIONS, HEAD, PATCH",
        (false, ITusCreationStore) => "OPTIONS, POST",
        _ => "OPTIONS",
    };

    // A database that is away is nothing that a stack tells more of, and every request of the time meets it.
    private void LogAny(Exception trouble, TusVerb verb, Guid uploadId)
    {
        if (trouble is DbException or SocketException or TimeoutException)
        {
            LogAway(verb, uploadId, trouble.GetType().Name, trouble.Message);
            return;
        }

        LogTrouble(trouble, verb, uploadId);
    }

    [LoggerMessage(
        EventId = 1002, Level = LogLevel.Warning,
        Message = "{Verb} of upload {UploadId} met a store that is away ({Type}: {Trouble}); the client was told to come back")]
    private partial void LogAway(TusVerb verb, Guid uploadId, string type, string trouble);

    [LoggerMessage(
        EventId = 1000, Level = LogLevel.Error,
        Message = "{Verb} of upload {UploadId} failed; the client was told to come back")]
    private partial void LogTrouble(Exception trouble, TusVerb verb, Guid uploadId);

    [LoggerMessage(EventId = 1001, Level = LogLevel.Debug, Message = "{Verb} of upload {UploadId} refused: {Status} {Code}")]
    private partial void LogRefused(TusVerb verb, Guid uploadId, int status, string code);
}
