using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Capabilities;
using TusUpload.Protocol.Checksums;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Events;
using TusUpload.Protocol.Headers;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Verbs;

/// <summary>One request on its way: what a verb needs to know and what it leaves behind.</summary>
internal sealed class TusExchange(
    HttpContext http, TusVerb verb, Guid uploadId, ITusStore store, TusOptions options, BodyWatch watch) : IDisposable
{
    private WatchedBody? _watched;

    /// <summary>Whether the request is of the IETF's protocol.</summary>
    public bool IsIetf { get; init; }

    public HttpContext Http => http;

    public TusVerb Verb => verb;

    /// <summary>The upload that the path names, or that was made; empty before that.</summary>
    public Guid UploadId { get; set; } = uploadId;

    public ITusStore Store => store;

    public TusOptions Options => options;

    public TusEvents Events => options.Events;

    public bool IsDraining => watch.IsDraining;

    /// <summary>The request's body; null until it is opened.</summary>
    public TusBody? Body => _watched?.Body;

    /// <summary>Opens the body for as many bytes as the largest upload still takes. Null when the server is shutting down.</summary>
    public TusBody? TryOpenBody(long offset, BodyChecksum? checksum = null)
    {
        BodyLimits.Lift(http);
        var room = options is { EnforceMaxChunkSize: true, MaxChunkSize: { } most } ? most : long.MaxValue;
        var body = new TusBody(http.Request.BodyReader, http.Request.ContentLength)
        {
            Checksum = checksum,
            Room = checksum is null ? room : long.MaxValue,
        };
        // What is checked as a whole cannot be kept in part, so there it is refused and not cut.
        body.Limit = Math.Min(checksum is null ? long.MaxValue : room, (options.MaxSize ?? long.MaxValue) - offset);

        _watched = watch.TryWatch(body);
        return Body;
    }

    /// <summary>Reads the upload and, where the store can do that, lets a running writer go on.</summary>
    public Task<TusResult<UploadInfo>> PeekAsync() => store is ITusPeekStore peek
        ? peek.PeekAsync(UploadId, http.User, http.RequestAborted)
        : store.FindAsync(UploadId, http.User, http.RequestAborted);

    /// <summary>Tells where the upload stands and how long it lives.</summary>
    public void ShowProgress(UploadInfo upload)
    {
        http.Response.Headers[TusHeaders.UploadOffset] = SizeHeader.Format(upload.Offset);
        ShowExpiry(upload);
    }

    /// <summary>Tells where the upload is and, where that is configured or nothing else opens it, gives the token that does.</summary>
    public void ShowLocation(UploadInfo upload)
    {
        var location = UploadLocation.Of(http, options, upload.Id);
        var place = http.Features.Get<UploadTokenNeeded>() is null ? options.UploadToken : UploadTokenPlace.Url;
        var token = place == UploadTokenPlace.Off ? null : http.RequestServices.GetService<IUploadTokens>()?.Issue(http.User, upload);
        if (token is not null && place == UploadTokenPlace.Header)
        {
            http.Response.Headers[UploadTokenCarrier.Header] = token;
            token = null;
        }

        http.Response.Headers.Location = token is null ? location : UploadTokenCarrier.AddTo(location, token);
    }

    public void ShowExpiry(UploadInfo upload)
    {
        if (upload.ExpiresAt is { } end && !upload.IsComplete)
        {
            http.Response.Headers[TusHeaders.UploadExpires] = end.ToString("R");
        }
    }

    /// <summary>Lets the application refuse the request.</summary>
    public async ValueTask<TusError?> AuthorizeAsync()
    {
        if (Events.OnAuthorize is not { } authorize)
        {
            return null;
        }

        var context = new AuthorizeContext(http, Intent(), verb == TusVerb.Create ? null : UploadId);
        await authorize(context);
        return context.Refusal;
    }

    public void Dispose()
    {
        _watched?.Dispose();
        _watched = null;
    }

    private TusIntent Intent() => verb switch
    {
        TusVerb.Create => TusIntent.CreateFile,
        TusVerb.Patch => TusIntent.WriteFile,
        TusVerb.Delete => TusIntent.DeleteFile,
        _ => TusIntent.GetFileInfo,
    };
}
