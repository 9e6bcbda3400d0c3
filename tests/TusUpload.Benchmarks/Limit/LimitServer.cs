using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

using TusUpload.Server.Setup.SocketPool;

namespace TusUpload.Benchmarks.Limit;

/// <summary>
/// What Kestrel can do at best: the messages of tus with bytes into one file per upload, and nothing else: no checks, no database, no checksum. A limit to
/// measure against and no server. <c>limit PORT FOLDER [os|fsync]</c>.
/// </summary>
internal sealed class LimitServer(string folder, bool isDurable)
{
    private readonly ConcurrentDictionary<string, (SafeFileHandle File, long Length)> _uploads = new(StringComparer.Ordinal);

    public static async Task RunAsync(string[] args)
    {
        Directory.CreateDirectory(args[1]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        builder.WebHost.UseUrls($"http://127.0.0.1:{args[0]}");
        builder.Services.AddSocketPool();
        var app = builder.Build();
        app.Run(new LimitServer(args[1], args.ElementAtOrDefault(2) == "fsync").AnswerAsync);
        using var said = app.Lifetime.ApplicationStarted.Register(() => Console.WriteLine($"Now listening on: http://127.0.0.1:{args[0]}"));
        await app.RunAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var (request, response) = (http.Request, http.Response);
        response.Headers["Tus-Resumable"] = "1.0.0";
        if (request.Method == "POST")
        {
            var id = Guid.CreateVersion7().ToString("N");
            var length = long.Parse(request.Headers["Upload-Length"]!, CultureInfo.InvariantCulture);
            var file = File.OpenHandle(Path.Combine(folder, id), FileMode.CreateNew, FileAccess.Write);
            response.StatusCode = 201;
            response.Headers.Location = $"/uploads/{id}";
            await TakeAsync(request.BodyReader, response, id, (file, length), 0);
            return;
        }

        var name = request.Path.Value!["/uploads/".Length..];
        if (!_uploads.TryGetValue(name, out var upload))
        {
            response.StatusCode = 404;
        }
        else if (request.Method == "HEAD")
        {
            response.Headers["Upload-Offset"] = "0";
            response.Headers["Upload-Length"] = upload.Length.ToString(CultureInfo.InvariantCulture);
        }
        else
        {
            response.StatusCode = 204;
            await TakeAsync(request.BodyReader, response, name, upload, long.Parse(request.Headers["Upload-Offset"]!, CultureInfo.InvariantCulture));
        }
    }

    private async Task TakeAsync(PipeReader body, HttpResponse response, string name, (SafeFileHandle File, long Length) upload, long offset)
    {
        var begun = offset;
        while (true)
        {
            var read = await body.ReadAsync(response.HttpContext.RequestAborted);
            foreach (var block in read.Buffer)
            {
                RandomAccess.Write(upload.File, block.Span, offset);
                offset += block.Length;
            }

            body.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        if (isDurable && offset > begun)
        {
            RandomAccess.FlushToDisk(upload.File);
        }

        if (offset == upload.Length)
        {
            _uploads.TryRemove(name, out _);
            upload.File.Dispose();
        }
        else
        {
            _uploads[name] = upload;
        }

        response.Headers["Upload-Offset"] = offset.ToString(CultureInfo.InvariantCulture);
    }
}
