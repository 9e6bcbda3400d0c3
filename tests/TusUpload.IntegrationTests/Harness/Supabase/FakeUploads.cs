using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace TusUpload.IntegrationTests.Harness.Supabase;

/// <summary>The resumable endpoint.</summary>
internal sealed class FakeUploads(SupabaseFake fake)
{
    private readonly ConcurrentDictionary<string, FakeUpload> _uploads = new(StringComparer.Ordinal);
    private int _created;
    private long _taken;

    /// <summary>Where a Location leads to, which is nowhere.</summary>
    public string Address { get; set; } = "https://storage.internal:5000";

    /// <summary>The most that a request takes of its body; the offset says so, and nothing else does. Used up by the next one.</summary>
    public long? NextTakes { get; set; }

    /// <summary>Uploads that are complete are forgotten, and so is their object.</summary>
    public bool LosesNext { get; set; }

    public int Created => _created;

    /// <summary>Bytes of bodies that were taken in all.</summary>
    public long Taken => _taken;

    public int Unfinished => _uploads.Values.Count(upload => !upload.IsOver);

    /// <summary>Every unfinished upload expires.</summary>
    public void Expire() => _uploads.Clear();

    public void Map(WebApplication app)
    {
        app.MapPost("/upload/resumable", Create);
        app.MapMethods("/upload/resumable/{id}", [HttpMethods.Head], HeadAsync);
        app.MapMethods("/upload/resumable/{id}", [HttpMethods.Patch], PatchAsync);
    }

    private IResult Create(HttpRequest request, HttpResponse response)
    {
        var metadata = request.Headers["Upload-Metadata"].ToString().Split(',').Select(pair => pair.Split(' '))
            .ToDictionary(pair => pair[0], pair => Encoding.UTF8.GetString(Convert.FromBase64String(pair[1])), StringComparer.Ordinal);
        var (bucket, key, length) = (metadata["bucketName"], metadata["objectName"], long.Parse(request.Headers["Upload-Length"]!, CultureInfo.InvariantCulture));
        fake.Objects.Check(fake.Objects.Bucket(bucket), key, length, metadata.GetValueOrDefault("contentType", ""), request.Headers["x-upsert"] == "true");
        if (length == 0)
        {
            throw new FakeRefusal(404, null, "not_found", "The file for this url was not found");
        }

        var id = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{bucket}/{key}/{Guid.CreateVersion7()}")).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        _uploads[id] = new(bucket, key, length, metadata.GetValueOrDefault("contentType", ""), metadata.GetValueOrDefault("metadata"), fake.NewFile());
        Interlocked.Increment(ref _created);
        response.Headers.Location = $"{Address}/upload/resumable/{id}";
        return Results.StatusCode(201);
    }

    private async Task<IResult> HeadAsync(string id, HttpRequest request, HttpResponse response)
    {
        var upload = Find(id);

        // It waits for whoever writes.
        await upload.Turn.WaitAsync(request.HttpContext.RequestAborted);
        upload.Turn.Release();
        response.Headers["Upload-Offset"] = upload.Offset.ToString(CultureInfo.InvariantCulture);
        response.Headers["Upload-Length"] = upload.Length.ToString(CultureInfo.InvariantCulture);
        return Results.Ok();
    }

    private async Task<IResult> PatchAsync(string id, HttpRequest request, HttpResponse response)
    {
        var upload = Find(id);
        await upload.Turn.WaitAsync(request.HttpContext.RequestAborted);
        try
        {
            if (request.Headers["Upload-Offset"] != upload.Offset.ToString(CultureInfo.InvariantCulture))
            {
                throw new FakeRefusal(409, null, "conflict", "Upload-Offset conflict");
            }

            fake.Objects.Check(fake.Objects.Bucket(upload.Bucket), upload.Key, null, upload.Type, request.Headers["x-upsert"] == "true");
            await TakeAsync(upload, request);
            if (upload.Offset == upload.Length && !upload.IsOver)
            {
                upload.IsOver = true;
                if (LosesNext)
                {
                    LosesNext = false;
                    _uploads.TryRemove(id, out _);
                }
                else
                {
                    await fake.Objects.StoreAsync(upload.Bucket, upload.Key, upload.File, upload.Type, upload.Metadata, CancellationToken.None);
                }
            }

            response.Headers["Upload-Offset"] = upload.Offset.ToString(CultureInfo.InvariantCulture);
            return Results.StatusCode(204);
        }
        finally
        {
            upload.Turn.Release();
        }
    }

    // What has arrived before a line breaks is kept.
    private async Task TakeAsync(FakeUpload upload, HttpRequest request)
    {
        var most = NextTakes ?? long.MaxValue;
        NextTakes = null;
        var buffer = new byte[64 * 1024];
        await using var file = new FileStream(upload.File, FileMode.OpenOrCreate, FileAccess.Write);
        file.Position = upload.Offset;
        int read;
        while ((read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0)
        {
            var taken = (int)Math.Min(read, most);
            await file.WriteAsync(buffer.AsMemory(0, taken), CancellationToken.None);
            (upload.Offset, most) = (upload.Offset + taken, most - taken);
            Interlocked.Add(ref _taken, taken);
        }
    }

    private FakeUpload Find(string id) => _uploads.GetValueOrDefault(id)
        ?? throw new FakeRefusal(404, null, "not_found", "The file for this url was not found");
}

internal sealed record FakeUpload(string Bucket, string Key, long Length, string Type, string? Metadata, string File)
{
    public SemaphoreSlim Turn { get; } = new(1);

    public long Offset { get; set; }

    public bool IsOver { get; set; }
}
