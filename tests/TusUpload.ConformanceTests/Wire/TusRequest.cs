using System.Text;

namespace TusUpload.ConformanceTests.Wire;

/// <summary>A request that may be as odd as a test needs it: any header can be set or left out.</summary>
internal sealed class TusRequest(string method, Uri target)
{
    public const string Bytes = "application/offset+octet-stream";

    public static readonly Uri Creation = new("/uploads", UriKind.Relative);

    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase) { ["Tus-Resumable"] = "1.0.0" };
    private string? _body;
    private string? _type;

    public static TusRequest Post(long? length = null) =>
        length is { } known ? new TusRequest("POST", Creation).With("Upload-Length", known.ToString(Culture)) : new TusRequest("POST", Creation);

    /// <summary>Bytes at an offset.</summary>
    public static TusRequest Patch(Uri upload, long offset, string body) =>
        new TusRequest("PATCH", upload).With("Upload-Offset", offset.ToString(Culture)).Body(body);

    public TusRequest With(string header, string value)
    {
        _headers[header] = value;
        return this;
    }

    public TusRequest Without(string header)
    {
        _headers.Remove(header);
        return this;
    }

    public TusRequest Body(string body, string? type = Bytes)
    {
        (_body, _type) = (body, type);
        return this;
    }

    public async Task<HttpResponseMessage> SendAsync(HttpClient client)
    {
        using var message = new HttpRequestMessage(new HttpMethod(method), target);
        if (_body is not null)
        {
            message.Content = new ByteArrayContent(Encoding.Latin1.GetBytes(_body));
            Assert.True(_type is null || message.Content.Headers.TryAddWithoutValidation("Content-Type", _type));
        }

        foreach (var (name, value) in _headers)
        {
            Assert.True(
                message.Headers.TryAddWithoutValidation(name, value) || message.Content?.Headers.TryAddWithoutValidation(name, value) == true, name);
        }

        return await client.SendAsync(message, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends it and looks at the status only.</summary>
    public async Task<int> StatusAsync(HttpClient client)
    {
        using var answer = await SendAsync(client);
        return (int)answer.StatusCode;
    }

    private static IFormatProvider Culture => System.Globalization.CultureInfo.InvariantCulture;
}
