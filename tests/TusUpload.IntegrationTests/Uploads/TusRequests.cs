using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>tus as a client writes it.</summary>
internal static class TusRequests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static Task<HttpResponseMessage> PostAsync(
        this HttpClient client, long? length, byte[]? body = null, string? metadata = null, string? user = null)
    {
        var request = Request(HttpMethod.Post, new("/uploads", UriKind.Relative), user);
        request.Headers.Add(length is null ? "Upload-Defer-Length" : "Upload-Length", (length ?? 1).ToString(CultureInfo.InvariantCulture));
        if (metadata is not null)
        {
            request.Headers.Add("Upload-Metadata", metadata);
        }

        request.Content = body is null ? null : Bytes(body);
        return client.SendAsync(request, Ct);
    }

    /// <summary>An upload of this length; its address.</summary>
    public static async Task<Uri> CreateAsync(this HttpClient client, long? length, string? metadata = null, string? user = null)
    {
        using var answer = await client.PostAsync(length, null, metadata, user);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return answer.Headers.Location!;
    }

    public static Task<HttpResponseMessage> PatchAsync(
        this HttpClient client, Uri upload, long offset, byte[] body, long? length = null, string? user = null)
    {
        var request = Request(HttpMethod.Patch, upload, user);
        request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        if (length is not null)
        {
            request.Headers.Add("Upload-Length", length.Value.ToString(CultureInfo.InvariantCulture));
        }

        request.Content = Bytes(body);
        return client.SendAsync(request, Ct);
    }

    public static Task<HttpResponseMessage> TerminateAsync(this HttpClient client, Uri upload, string? user = null) =>
        client.SendAsync(Request(HttpMethod.Delete, upload, user), Ct);

    public static Task<HttpResponseMessage> HeadAsync(this HttpClient client, Uri upload, string? user = null) =>
        client.SendAsync(Request(HttpMethod.Head, upload, user), Ct);

    public static async Task<long> OffsetAsync(this HttpClient client, Uri upload)
    {
        using var answer = await client.HeadAsync(upload);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer.Offset();
    }

    public static long Offset(this HttpResponseMessage answer) =>
        long.Parse(answer.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture);

    public static async Task<string> CodeAsync(this HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString()!;
    }

    public static Guid Id(this Uri upload) => Guid.Parse(upload.OriginalString.Split('?')[0].Split('/')[^1]);

    /// <summary>The file once it has come to its end.</summary>
    public static async Task<JsonElement> EndedFileAsync(this HttpClient client, Guid id)
    {
        JsonElement file = default;
        await EventuallyAsync(async () =>
        {
            using var answer = await client.GetAsync(new Uri($"/api/v1/files/{id}", UriKind.Relative), Ct);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                return false;
            }

            file = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
            return file.GetProperty("processingStatus").GetString() is "ready" or "rejected" or "failed";
        });
        return file;
    }

    /// <summary>(used, reserved) of the caller.</summary>
    public static async Task<(long Used, long Reserved)> UsageAsync(this HttpClient client, string? user = null)
    {
        using var answer = await client.SendAsync(Request(HttpMethod.Get, new("/api/v1/usage", UriKind.Relative), user), Ct);
        var usage = (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("user");
        return (usage.GetProperty("used").GetInt64(), usage.GetProperty("reserved").GetInt64());
    }

    /// <summary>Waits for what must come, ten seconds at most.</summary>
    public static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        deadline.CancelAfter(TimeSpan.FromSeconds(10));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await holds())
        {
            Assert.True(await timer.WaitForNextTickAsync(deadline.Token));
        }
    }

    /// <summary>A PATCH whose body does not end: the bytes are sent, the connection stays open and silent.</summary>
    public static async Task<TcpClient> StartPatchAsync(
        this HttpClient client, Uri upload, long offset, long announced, byte[] sent, string? user = null)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, client.BaseAddress!.Port, Ct);
        var head = $"PATCH {upload.OriginalString} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
            + (user is null ? "" : $"X-TusUpload-User: {user}\r\n")
            + $"Content-Type: application/offset+octet-stream\r\nContent-Length: {announced}\r\n\r\n";
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), Ct);
        await socket.GetStream().WriteAsync(sent, Ct);
        return socket;
    }

    /// <summary>The status of the answer to <see cref="StartPatchAsync"/>.</summary>
    public static async Task<int> StatusAsync(this TcpClient socket)
    {
        using var reader = new StreamReader(socket.GetStream(), Encoding.ASCII, false, 1024, leaveOpen: true);
        var line = await reader.ReadLineAsync(Ct);
        return int.Parse(line!.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    private static HttpRequestMessage Request(HttpMethod method, Uri uri, string? user)
    {
        var request = new HttpRequestMessage(method, uri);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        if (user is not null)
        {
            request.Headers.Add("X-TusUpload-User", user);
        }

        return request;
    }

    private static ByteArrayContent Bytes(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/offset+octet-stream");
        return content;
    }
}
