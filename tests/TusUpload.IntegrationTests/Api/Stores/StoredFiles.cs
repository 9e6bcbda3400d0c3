using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

using Microsoft.Extensions.DependencyInjection;

using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;
using TusUpload.Pipeline.Jobs;
using TusUpload.Pipeline.Storage;

namespace TusUpload.IntegrationTests.Api.Stores;

/// <summary>What whoever reads files sees of an object store elsewhere: nothing.</summary>
public abstract class StoredFiles(PostgresServer postgres) : IAsyncLifetime
{
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(13_000_000);
    private RunningServer _server = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        var settings = await SettingsAsync();
        _server = await RunningServer.StartAsync(postgres, all =>
        {
            foreach (var (key, value) in settings)
            {
                all[key] = value!;
            }
        });
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>The part of the store's own addresses that is signed.</summary>
    protected abstract string Signature { get; }

    /// <summary>Of a store of this test's own.</summary>
    protected abstract Task<Dictionary<string, string?>> SettingsAsync();

    [Fact]
    public async Task Ranges_conditions_and_HEAD_are_answered_as_from_a_folder()
    {
        var path = $"/api/v1/files/{await ReadyAsync()}/content";
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(_content))}\"");

        using var whole = await SendAsync(HttpMethod.Get, path);
        Assert.Equal(_content, await whole.Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal(tag, whole.Headers.ETag);
        using var head = await SendAsync(HttpMethod.Head, path);
        Assert.Equal((HttpStatusCode.OK, _content.Length), (head.StatusCode, head.Content.Headers.ContentLength));
        using var range = await SendAsync(HttpMethod.Get, path, ("Range", "bytes=6000000-6999999"));
        Assert.Equal(HttpStatusCode.PartialContent, range.StatusCode);
        Assert.Equal(_content[6_000_000..7_000_000], await range.Content.ReadAsByteArrayAsync(Ct));
        using var last = await SendAsync(HttpMethod.Get, path, ("Range", "bytes=-7"), ("If-Range", tag.Tag));
        Assert.Equal(HttpStatusCode.PartialContent, last.StatusCode);
        Assert.Equal(_content[^7..], await last.Content.ReadAsByteArrayAsync(Ct));
        using var other = await SendAsync(HttpMethod.Get, path, ("Range", "bytes=0-0"), ("If-Range", "\"other\""));
        Assert.Equal((HttpStatusCode.OK, _content.Length), (other.StatusCode, other.Content.Headers.ContentLength));
        using var known = await SendAsync(HttpMethod.Get, path, ("If-None-Match", tag.Tag));
        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        using var beyond = await SendAsync(HttpMethod.Get, path, ("Range", "bytes=13000000-"));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
    }

    [Fact]
    public async Task An_empty_file_is_one()
    {
        var id = await _server.UploadAsync([]);
        await _server.Client.WaitForFileAsync(id);

        using var answer = await SendAsync(HttpMethod.Get, $"/api/v1/files/{id}/content");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Ct));
    }

    [Fact]
    public async Task The_stores_own_address_needs_no_key_and_saves_under_the_files_name()
    {
        var id = await ReadyAsync();
        var signed = await (await _server.Client.PostJsonAsync($"/api/v1/files/{id}/signed-url", new { expiresIn = 60 })).JsonAsync(HttpStatusCode.OK);
        var url = new Uri(signed.Text("url")!);
        Assert.NotEqual(_server.Address.Port, url.Port);

        using var stranger = new HttpClient();
        using var answer = await stranger.GetAsync(url, Ct);

        Assert.Equal(_content, await answer.Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal("größe 1.bin", answer.Content.Headers.ContentDisposition?.FileNameStar);
        var forged = new Uri(url.AbsoluteUri.Replace($"{Signature}=", $"{Signature}=0", StringComparison.Ordinal));
        Assert.NotEqual(url, forged);
        using var refused = await stranger.GetAsync(forged, Ct);
        Assert.InRange((int)refused.StatusCode, 400, 499);
    }

    [Fact]
    public async Task A_zip_of_several_is_made_from_it()
    {
        var batch = (await (await _server.Client.PostAsync("/api/v1/batches", null, Ct)).JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        foreach (var content in new[] { _content, [], [1, 2, 3] })
        {
            await _server.Client.WaitForFileAsync(await _server.UploadAsync(content, "a", metadata: ("batchId", batch.ToString())));
        }

        await using var stream = await _server.Client.GetStreamAsync($"/api/v1/batches/{batch}/content", Ct);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, Ct);
        using var zip = new System.IO.Compression.ZipArchive(bytes);

        Assert.Equal([("a", 13_000_000L), ("a (2)", 0), ("a (3)", 3)], zip.Entries.Select(entry => (entry.FullName, entry.Length)));
    }

    [Fact]
    public async Task A_deleted_files_object_goes()
    {
        var id = await ReadyAsync();
        var path = (await _server.Client.GetJsonAsync($"/api/v1/files/{id}")).Text("storagePath")!;
        using var deleted = await _server.Client.DeleteAsync($"/api/v1/files/{id}", Ct);

        await _server.Services.GetRequiredService<DeletionSweep>().RunOnceAsync(Ct);

        var storage = _server.Services.GetRequiredService<IObjectStorage>();
        await Assert.ThrowsAsync<FileNotFoundException>(() => storage.OpenReadAsync(path, Ct));
        Assert.Equal((0, 0), await _server.Client.UsageAsync());
    }

    private async Task<Guid> ReadyAsync()
    {
        var id = await _server.UploadAsync(_content, "größe 1.bin");
        await _server.Client.WaitForFileAsync(id);
        return id;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _server.Client.SendAsync(request, Ct);
    }
}
