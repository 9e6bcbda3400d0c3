using System.Collections.Concurrent;
using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TusUpload.IntegrationTests.Harness.Supabase;

/// <summary>
/// Supabase Storage as its clients see it, traps included, with faults on demand: 400 for every refusal, bodies of refused uploads that nobody reads, offsets
/// short of what was sent, addresses that lead nowhere. Objects lie in a folder; a restart keeps everything.
/// </summary>
internal sealed class SupabaseFake : IAsyncDisposable
{
    /// <summary>What a gateway puts before the server's own paths.</summary>
    public const string Prefix = "/storage/v1";

    public const string FirstKey = "the-key-of-the-service-role";

    private readonly TestFolder _folder = new();
    private WebApplication? _app;

    private SupabaseFake()
    {
        Objects = new(this);
        Uploads = new(this);
    }

    public int Port { get; private set; }

    /// <summary>Of the storage behind its gateway.</summary>
    public static string UrlVia(int port) => $"http://127.0.0.1:{port}{Prefix}";

    /// <summary>What has to be named; another one is refused.</summary>
    public string Key { get; set; } = FirstKey;

    public ConcurrentDictionary<string, FakeBucket> Buckets { get; } = new(StringComparer.Ordinal);

    public FakeObjects Objects { get; }

    public FakeUploads Uploads { get; }

    /// <summary>What happens to requests instead of what should; the first that fits is used up.</summary>
    public FakeFaults Faults { get; } = new();

    /// <summary>Method and path of every request, in order.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>Uploads whose connection was not to be closed after them.</summary>
    public int KeptOpen => _keptOpen;

    /// <summary>Objects in an S3 store behind the server: large ones have an ETag that is no digest of theirs.</summary>
    public bool IsOnS3 { get; set; }

    private int _keptOpen;

    public static async Task<SupabaseFake> StartAsync()
    {
        var fake = new SupabaseFake();
        await fake.StartAsync(0);
        return fake;
    }

    /// <summary>The server goes, with everything that runs on it, and comes back at the same address.</summary>
    public async Task RestartAsync()
    {
        await _app!.DisposeAsync();
        await StartAsync(Port);
    }

    public string NewFile() => _folder.File(Guid.CreateVersion7().ToString("N"));

    public async ValueTask DisposeAsync()
    {
        await _app!.DisposeAsync();
        await _folder.DisposeAsync();
    }

    private async Task StartAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.UsePathBase(Prefix);
        _app.Use(AnswerAsync);
        _app.UseRouting();
        Objects.Map(_app);
        Uploads.Map(_app);
        await _app.StartAsync(CancellationToken.None);
        Port = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
    }

    private async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        Log.Enqueue($"{request.Method} {request.Path}");
        if (request.Method is "POST" or "PUT" or "PATCH" && (request.Path.StartsWithSegments("/object", StringComparison.Ordinal) || request.Path.StartsWithSegments("/upload", StringComparison.Ordinal))
            && request.ContentType is not "application/json" and not "application/json; charset=utf-8" && !request.Headers.Connection.Contains("close"))
        {
            Interlocked.Increment(ref _keptOpen);
        }

        try
        {
            if (Faults.Take(request) is { } fault)
            {
                await fault.HappenAsync(context);
                return;
            }

            if (!request.PathBase.Equals(Prefix, StringComparison.Ordinal))
            {
                throw new FakeRefusal(404, null, "Not Found", $"Route {request.Method}:{request.Path} not found");
            }

            var isSigned = request.Method is "GET" && request.Path.StartsWithSegments(FakeObjects.SignedFrom, StringComparison.Ordinal);
            if (!isSigned && (request.Headers.Authorization != $"Bearer {Key}" || request.Headers["apikey"] != Key))
            {
                throw new FakeRefusal(403, "InvalidJWT", "Unauthorized", "Invalid Compact JWS");
            }

            await next(context);
        }
        catch (FakeRefusal refusal)
        {
            await refusal.AnswerAsync(context);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or BadHttpRequestException)
        {
            context.Abort();
        }
        catch (Exception broken)
        {
            // Seen in what the client throws.
            context.Response.StatusCode = 500;
            await context.Response.WriteAsync(broken.ToString(), CancellationToken.None);
        }
    }
}

/// <summary>A bucket and what it refuses. <paramref name="Limit"/> in bytes.</summary>
internal sealed record FakeBucket(string Name, long? Limit = null, string? OnlyType = null);
