using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace TusUpload.Pipeline.Storage.Supabase;

/// <summary>
/// One bucket. Keys are letters, digits and <c>-_./</c>, so nothing in them has to be escaped. Throws what <see cref="SupabaseStorageClient"/> throws.
/// </summary>
internal sealed class SupabaseBucket(SupabaseHttp http, string bucket)
{
    private const int MaxPage = 1000;

    /// <summary>Large objects, resumable.</summary>
    public SupabaseResumable Resumable => new(http, bucket);

    /// <summary>Stores an object in one request, in the place of one that is there. Not tried again: ask what is there first.</summary>
    public async Task UploadAsync(string key, SupabaseBody body, ObjectFacts facts, CancellationToken cancellationToken)
    {
        using var request = http.Request(HttpMethod.Post, $"object/{bucket}/{key}");
        request.Headers.Add("x-upsert", "true");
        request.Headers.Add("x-metadata", Convert.ToBase64String(Encoding.UTF8.GetBytes(facts.ToJson())));
        using var answer = await http.SendAsync(request, body, cancellationToken);
    }

    /// <summary>What is known of an object; null where there is none.</summary>
    public async Task<FileObject?> InfoAsync(string key, CancellationToken cancellationToken)
    {
        using var request = http.Request(HttpMethod.Get, $"object/info/{bucket}/{key}");
        try
        {
            return await http.AskAsync(request, SupabaseJson.Default.FileObject, cancellationToken);
        }
        catch (SupabaseStorageException missing) when (missing.IsMissing)
        {
            return null;
        }
    }

    /// <summary>An object's bytes <c>[start, end)</c>; null where there is none. The stream owns its answer.</summary>
    public async Task<Stream?> DownloadAsync(string key, long start, long end, CancellationToken cancellationToken)
    {
        using var request = http.Request(HttpMethod.Get, $"object/authenticated/{bucket}/{key}");
        request.Headers.Range = new RangeHeaderValue(start, end - 1);
        try
        {
            var answer = await http.AskAsync(request, cancellationToken);
            if (start > 0 && answer.StatusCode != HttpStatusCode.PartialContent)
            {
                answer.Dispose();
                throw new SupabaseStorageException(answer.StatusCode, HttpStatusCode.BadGateway, null, "it sent all of an object for a part");
            }

            return await answer.Content.ReadAsStreamAsync(cancellationToken);
        }
        catch (SupabaseStorageException missing) when (missing.IsMissing)
        {
            return null;
        }
    }

    /// <summary>An address at which whoever has it reads an object for so long, saved under a name.</summary>
    public async Task<Uri> CreateSignedUrlAsync(string key, TimeSpan expiresIn, string download, CancellationToken cancellationToken)
    {
        using var request = http.Request(HttpMethod.Post, $"object/sign/{bucket}/{key}");
        request.Content = JsonContent.Create(new SignRequest((int)expiresIn.TotalSeconds), SupabaseJson.Default.SignRequest);
        var signed = await http.AskAsync(request, SupabaseJson.Default.SignedAddress, cancellationToken);
        return http.ForClients($"{signed.SignedURL.TrimStart('/')}&download={Uri.EscapeDataString(download)}");
    }

    /// <summary>Removes an object; one that is not there is no error.</summary>
    public async Task RemoveAsync(string key, CancellationToken cancellationToken)
    {
        using var request = http.Request(HttpMethod.Delete, $"object/{bucket}");
        request.Content = JsonContent.Create(new RemovedKeys([key]), SupabaseJson.Default.RemovedKeys);
        using var answer = await http.AskAsync(request, cancellationToken);
    }

    /// <summary>A page of all objects by key, and where the next one begins; null at the end.</summary>
    public async Task<ObjectPage> ListAsync(string? cursor, CancellationToken cancellationToken)
    {
        using var request = http.Request(HttpMethod.Post, $"object/list-v2/{bucket}");
        request.Content = JsonContent.Create(new ListQuery("", MaxPage, cursor, WithDelimiter: false), SupabaseJson.Default.ListQuery);
        return await http.AskAsync(request, SupabaseJson.Default.ObjectPage, cancellationToken);
    }
}

/// <summary>What goes along with an object. <paramref name="Sha256"/> in lower hexadecimal digits.</summary>
internal sealed record ObjectFacts(string ContentType, string Sha256)
{
    public string ToJson() => JsonSerializer.Serialize(new UserMetadata(Sha256), SupabaseJson.Default.UserMetadata);
}
