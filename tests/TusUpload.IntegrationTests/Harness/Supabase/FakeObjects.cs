using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

using TusUpload.Uploads.Content.S3;

namespace TusUpload.IntegrationTests.Harness.Supabase;

/// <summary>Buckets and objects over REST.</summary>
internal sealed partial class FakeObjects(SupabaseFake fake)
{
    /// <summary>Below it nobody has to say who he is.</summary>
    public const string SignedFrom = "/object/sign";

    private const int MultipartFrom = 16 << 20;

    private readonly ConcurrentDictionary<string, FakeObject> _objects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string Object, DateTimeOffset Until)> _signed = new(StringComparer.Ordinal);
    private int _stored;

    /// <summary>How many versions of objects were made.</summary>
    public int Stored => _stored;

    public IEnumerable<string> Names => _objects.Keys;

    /// <summary>So many objects to come are not the bytes that were sent, as after a fault of a disk.</summary>
    public int Corrupts { get; set; }

    public FakeObject? Find(string bucket, string key) => _objects.GetValueOrDefault($"{bucket}/{key}");

    public FakeBucket Bucket(string name) => fake.Buckets.GetValueOrDefault(name) ?? throw FakeRefusal.NoBucket;

    /// <summary>Refuses what may not be stored.</summary>
    public void Check(FakeBucket bucket, string key, long? length, string type, bool upsert)
    {
        if (!KeyRule().IsMatch(key))
        {
            throw new FakeRefusal(400, "InvalidKey", "InvalidKey", $"Invalid key: {key}");
        }

        if (bucket.OnlyType is { } only && only != type)
        {
            throw FakeRefusal.Type;
        }

        if (length > bucket.Limit)
        {
            throw FakeRefusal.TooLarge;
        }

        if (!upsert && Find(bucket.Name, key) is not null)
        {
            throw new FakeRefusal(409, "KeyAlreadyExists", "Duplicate", "The resource already exists");
        }
    }

    public async Task StoreAsync(string bucket, string key, string file, string type, string? metadata, CancellationToken cancellationToken)
    {
        if (Corrupts > 0)
        {
            Corrupts--;
            await using var bytes = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
            var first = bytes.ReadByte();
            bytes.Position = 0;
            bytes.WriteByte((byte)(first + 1));
        }

        await using var stored = File.OpenRead(file);
        var etag = fake.IsOnS3 && stored.Length > MultipartFrom
            ? $"{Convert.ToHexStringLower(Guid.CreateVersion7().ToByteArray())}-2"
            : await S3Digest.OfAsync(stored, cancellationToken);
        _objects[$"{bucket}/{key}"] = new(file, stored.Length, etag, type, metadata, TimeProvider.System.GetUtcNow());
        Interlocked.Increment(ref _stored);
    }

    public void Map(WebApplication app)
    {
        app.MapGet("/bucket/{bucket}", (string bucket) => Results.Json(new { id = Bucket(bucket).Name, name = bucket, @public = false }));
        app.MapPost("/bucket", (JsonElement body) => fake.Buckets.TryAdd(Text(body, "name"), new(Text(body, "name")))
            ? Results.Json(new { name = Text(body, "name") })
            : throw new FakeRefusal(409, "BucketAlreadyExists", "Duplicate", "The resource already exists"));
        app.MapGet("/object/info/{bucket}/{**key}", Info);
        app.MapGet("/object/authenticated/{bucket}/{**key}", Read);
        app.MapPost("/object/sign/{bucket}/{**key}", Sign);
        app.MapGet($"{SignedFrom}/{{bucket}}/{{**key}}", ReadSigned);
        app.MapPost("/object/list-v2/{bucket}", List);
        app.MapDelete("/object/{bucket}", (string bucket, [FromBody] JsonElement body) => Results.Json(body.GetProperty("prefixes").EnumerateArray()
            .Select(key => key.GetString()!).Where(key => _objects.TryRemove($"{Bucket(bucket).Name}/{key}", out _)).Select(name => new { name }).ToArray()));
        app.MapPost("/object/{bucket}/{**key}", UploadAsync);
    }

    private async Task<IResult> UploadAsync(string bucket, string key, HttpRequest request, CancellationToken cancellationToken)
    {
        Check(Bucket(bucket), key, request.ContentLength, request.ContentType ?? "", request.Headers["x-upsert"] == "true");
        var file = fake.NewFile();
        await using (var bytes = File.Create(file))
        {
            await request.Body.CopyToAsync(bytes, cancellationToken);
        }

        var metadata = request.Headers["x-metadata"].ToString();
        await StoreAsync(
            bucket, key, file, request.ContentType ?? "", metadata is "" ? null : Encoding.UTF8.GetString(Convert.FromBase64String(metadata)), cancellationToken);
        return Results.Json(new { Key = $"{bucket}/{key}", Id = Guid.CreateVersion7() });
    }

    private IResult Info(string bucket, string key)
    {
        var found = Found(bucket, key);
        return Results.Json(new
        {
            name = key,
            bucket_id = bucket,
            size = found.Length,
            etag = $"\"{found.ETag}\"",
            content_type = found.Type,
            metadata = found.Metadata is { } metadata ? JsonSerializer.Deserialize<JsonElement>(metadata) : (JsonElement?)null,
        });
    }

    private IResult Read(string bucket, string key)
    {
        var found = Found(bucket, key);
        return Results.File(found.File, found.Type is "" ? null : found.Type, entityTag: new EntityTagHeaderValue($"\"{found.ETag}\""), enableRangeProcessing: true);
    }

    // Relative to the storage's own address, whatever stands before it.
    private IResult Sign(string bucket, string key, [FromBody] JsonElement body)
    {
        _ = Found(bucket, key);
        var token = Guid.CreateVersion7().ToString("N");
        _signed[token] = ($"{bucket}/{key}", TimeProvider.System.GetUtcNow().AddSeconds(body.GetProperty("expiresIn").GetInt32()));
        return Results.Json(new { signedURL = $"{SignedFrom}/{bucket}/{key}?token={token}" });
    }

    private IResult ReadSigned(string bucket, string key, string token, string? download)
    {
        if (!_signed.TryGetValue(token, out var signed) || signed.Object != $"{bucket}/{key}" || signed.Until < TimeProvider.System.GetUtcNow())
        {
            throw new FakeRefusal(400, "InvalidJWT", "InvalidJWT", "\"exp\" claim timestamp check failed");
        }

        var found = Found(bucket, key);
        return Results.File(found.File, found.Type is "" ? null : found.Type, fileDownloadName: download, enableRangeProcessing: true);
    }

    private IResult List(string bucket, JsonElement body)
    {
        const int largestPage = 2;
        var after = body.TryGetProperty("cursor", out var cursor) ? cursor.GetString() : "";
        var all = _objects.Where(entry => entry.Key.StartsWith($"{Bucket(bucket).Name}/", StringComparison.Ordinal))
            .Select(entry => (Key: entry.Key[(bucket.Length + 1)..], entry.Value)).OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .SkipWhile(entry => string.CompareOrdinal(entry.Key, after) <= 0).ToList();
        var page = all.Take(largestPage).Select(entry => new { name = entry.Key, updated_at = entry.Value.UpdatedAt }).ToList();
        return Results.Json(new
        {
            hasNext = all.Count > largestPage,
            nextCursor = all.Count > largestPage ? page[^1].name : null,
            folders = Array.Empty<object>(),
            objects = page,
        });
    }

    private FakeObject Found(string bucket, string key) => Find(Bucket(bucket).Name, key) ?? throw FakeRefusal.NoKey;

    private static string Text(JsonElement body, string name) => body.GetProperty(name).GetString()!;

    [GeneratedRegex(@"^[A-Za-z0-9_/!.*'() &$@=;:+,?-]+$", RegexOptions.NonBacktracking)]
    private static partial Regex KeyRule();
}

/// <param name="Metadata">JSON; null where its uploader said nothing.</param>
internal sealed record FakeObject(string File, long Length, string ETag, string Type, string? Metadata, DateTimeOffset UpdatedAt);
