using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

using Microsoft.Extensions.Options;

using TusUpload.Uploads.Content;

namespace TusUpload.Pipeline.Storage.Supabase;

/// <summary>
/// Requests to one project. Those without a body worth speaking of are tried again by the client's own rules; uploads are sent once, on a connection of their own: a
/// server that refuses one leaves its body unread, and the next request on that connection would wait for ever.
/// </summary>
internal sealed class SupabaseHttp(IHttpClientFactory clients, IOptions<SupabaseStorageOptions> options, IOptions<StorageOptions> storage)
{
    /// <summary>The client that tries again.</summary>
    public const string Asking = "supabase-storage";

    /// <summary>The client that sends once.</summary>
    public const string Sending = "supabase-storage-upload";

    private readonly string _base = options.Value.Url?.TrimEnd('/') ?? "";

    public TimeSpan Patience => options.Value.RequestTimeout;

    /// <summary>A path as clients reach it.</summary>
    public Uri ForClients(string path) => new($"{storage.Value.PublicUrl?.TrimEnd('/') ?? _base}/{path}");

    public HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, $"{_base}/{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Value.ServiceKey);

        // The gateway's, beside the server's own.
        request.Headers.Add("apikey", options.Value.ServiceKey);
        return request;
    }

    /// <summary>An answer with success, of which the body is still on its way. Dispose of it.</summary>
    /// <exception cref="SupabaseStorageException">A refusal.</exception>
    /// <exception cref="ContentUnavailableException">No answer.</exception>
    public Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        RunAsync(Asking, request, cancellationToken, cancellationToken);

    /// <summary>An answer's JSON.</summary>
    /// <inheritdoc cref="AskAsync"/>
    public async Task<T> AskAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(request, cancellationToken);
        using var silence = new Silence(Patience, cancellationToken);
        try
        {
            return await answer.Content.ReadFromJsonAsync(type, silence.Token) ?? throw new JsonException("It answered null.");
        }
        catch (Exception trouble) when ((trouble is JsonException || IsAway(trouble)) && !cancellationToken.IsCancellationRequested)
        {
            throw new ContentUnavailableException("Supabase Storage gave an answer that cannot be read.", trouble);
        }
    }

    /// <summary>Sends once, on a connection of its own.</summary>
    /// <inheritdoc cref="AskAsync"/>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, SupabaseBody? body, CancellationToken cancellationToken)
    {
        using var silence = Silence.OfBody(body?.Bytes.Length ?? 0, Patience, cancellationToken);
        if (body is not null)
        {
            body.Bytes.Position = 0;
            request.Content = new StreamBody(body.Bytes, body.Bytes.Length, silence);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", body.ContentType);
        }

        request.Headers.ConnectionClose = true;
        return await RunAsync(Sending, request, silence.Token, cancellationToken);
    }

    private async Task<HttpResponseMessage> RunAsync(
        string client, HttpRequestMessage request, CancellationToken limit, CancellationToken cancellationToken)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await clients.CreateClient(client).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit);
        }
        catch (Exception away) when (IsAway(away) && !cancellationToken.IsCancellationRequested)
        {
            throw new ContentUnavailableException($"Supabase Storage cannot be reached or does not answer: {away.Message}", away);
        }

        if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.NotModified)
        {
            return answer;
        }

        using (answer)
        {
            throw await SupabaseStorageException.ReadAsync(answer, limit);
        }
    }

    private static bool IsAway(Exception trouble) =>
        trouble is HttpRequestException or OperationCanceledException or SocketException or Polly.ExecutionRejectedException
        || (trouble is IOException and not ContentUnavailableException and not StorageFullException and not FileNotFoundException);
}

/// <summary>All of a stream that can seek, as a body.</summary>
internal sealed record SupabaseBody(Stream Bytes, string ContentType);
