using System.Globalization;

namespace TusUpload.ConformanceTests.Wire;

/// <summary>Requests of the IETF protocol, in the words of one of its versions.</summary>
internal static class IetfRequests
{
    public const string Partial = "application/partial-upload";

    /// <summary>Makes an upload; null for a body: none at all.</summary>
    public static TusRequest Post(bool completes, string? body, int? version = 8, string type = "text/plain")
    {
        var request = Plain("POST", TusRequest.Creation, version).Complete(completes, version);
        return body is null ? request : request.Body(body, type);
    }

    public static TusRequest Append(Uri upload, long offset, bool completes, string body, int? version = 8) =>
        Plain("PATCH", upload, version).Complete(completes, version)
            .With("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture)).Body(body, version < 6 ? "text/plain" : Partial);

    public static TusRequest Head(Uri upload, int? version = 8) => Plain("HEAD", upload, version);

    public static TusRequest Plain(string method, Uri target, int? version = 8)
    {
        var request = new TusRequest(method, target).Without("Tus-Resumable");
        return version is null ? request : request.With("Upload-Draft-Interop-Version", version.Value.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>An upload that is made and has no byte; its address.</summary>
    public static async Task<Uri> MakeAsync(HttpClient client, int? version = 8, long? length = null)
    {
        var request = Post(completes: false, null, version);
        using var answer = await (length is null ? request : request.With("Upload-Length", length.Value.ToString(CultureInfo.InvariantCulture))).SendAsync(client);
        Assert.Equal(201, answer.Status());
        return answer.Headers.Location!;
    }

    /// <summary>Whether the answer says that the upload is complete; null when it does not say.</summary>
    public static bool? Completeness(this HttpResponseMessage answer) =>
        answer.Header("Upload-Complete") is { } complete ? complete == "?1" : answer.Header("Upload-Incomplete") is { } open ? open == "?0" : null;

    private static TusRequest Complete(this TusRequest request, bool completes, int? version) => version == 3
        ? request.With("Upload-Incomplete", completes ? "?0" : "?1")
        : request.With("Upload-Complete", completes ? "?1" : "?0");
}
