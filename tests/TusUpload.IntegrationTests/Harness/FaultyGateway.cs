using System.Globalization;
using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TusUpload.IntegrationTests.Harness;

/// <summary>Stands before a store on this machine and passes requests on, but for those that it refuses by itself.</summary>
internal sealed class FaultyGateway : IAsyncDisposable
{
    private static readonly HashSet<string> OfTheLine = new(["Connection", "Transfer-Encoding", "Expect", "Keep-Alive"], StringComparer.OrdinalIgnoreCase);

    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly Uri _store;
    private readonly WebApplication _app;
    private int _passed;
    private int _refused;

    private FaultyGateway(Uri store, WebApplication app) => (_store, _app) = (store, app);

    public int Port { get; private set; }

    public int Passed => _passed;

    public int Refused => _refused;

    /// <summary>How the request with this number, from 1, is refused; null: it is passed on.</summary>
    public Func<int, Refusal?> Refuse { get; set; } = _ => null;

    public static async Task<FaultyGateway> StartAsync(int store)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            (kestrel.Limits.MaxRequestBodySize, kestrel.Limits.MinRequestBodyDataRate) = (null, null);
        });
        var gateway = new FaultyGateway(new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{store}")), builder.Build());
        gateway._app.Run(gateway.AnswerAsync);
        await gateway._app.StartAsync(CancellationToken.None);
        gateway.Port = new Uri(gateway._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _client.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (Refuse(Interlocked.Increment(ref _passed)) is { } refusal)
        {
            Interlocked.Increment(ref _refused);
            context.Response.StatusCode = refusal.Status;
            context.Response.ContentType = refusal.ContentType;
            await context.Response.WriteAsync(HttpMethods.IsHead(context.Request.Method) ? "" : refusal.Body, CancellationToken.None);
            return;
        }

        try
        {
            await PassAsync(context);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException)
        {
            context.Abort();
        }
    }

    private async Task PassAsync(HttpContext context)
    {
        // As it was written: a signature holds for it.
        using var request = new HttpRequestMessage(new(context.Request.Method), new Uri(_store, context.Features.Get<IHttpRequestFeature>()!.RawTarget));
        if (context.Request.ContentLength is not null || context.Request.Headers.TransferEncoding.Count > 0)
        {
            request.Content = new StreamContent(context.Request.Body);
        }

        foreach (var (name, values) in context.Request.Headers.Where(header => !OfTheLine.Contains(header.Key)))
        {
            _ = request.Headers.TryAddWithoutValidation(name, values.ToArray()) || request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray()) == true;
        }

        request.Headers.ConnectionClose = context.Request.Headers.Connection.Contains("close");
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => !OfTheLine.Contains(header.Key)))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
    }
}

/// <summary>As the store would say it.</summary>
public sealed record Refusal(int Status, string ContentType, string Body);
