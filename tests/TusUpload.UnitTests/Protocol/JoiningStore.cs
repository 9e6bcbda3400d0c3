using System.Security.Claims;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;

namespace TusUpload.UnitTests.Protocol;

/// <summary>A store in memory that can make one upload of several, as far as the protocol sees it.</summary>
internal sealed class JoiningStore : ITusStore, ITusCreationStore, ITusConcatenationStore
{
    private readonly MemoryStore _uploads = new();

    public CreateRequest? LastCreation { get; private set; }

    public ConcatenateRequest? LastConcatenation { get; private set; }

    /// <summary>What the next concatenation gives; the offset and the length of a HEAD of it, too.</summary>
    public UploadInfo? Final { get; set; }

    public Task<TusResult<UploadInfo>> FindAsync(Guid uploadId, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        Final is { } final && final.Id == uploadId
            ? Task.FromResult<TusResult<UploadInfo>>(final)
            : _uploads.FindAsync(uploadId, caller, cancellationToken);

    public Task<TusResult<UploadInfo>> AppendAsync(AppendRequest request, TusBody body, CancellationToken cancellationToken) =>
        _uploads.AppendAsync(request, body, cancellationToken);

    public async Task<TusResult<UploadInfo>> CreateAsync(CreateRequest request, TusBody? body, CancellationToken cancellationToken)
    {
        LastCreation = request;
        var made = await _uploads.CreateAsync(request, body, cancellationToken);
        return request.IsPartial ? made.Value! with { IsOpen = true, Concat = "partial" } : made;
    }

    public Task<TusResult<UploadInfo>> ConcatenateAsync(ConcatenateRequest request, CancellationToken cancellationToken)
    {
        LastConcatenation = request;
        return Task.FromResult<TusResult<UploadInfo>>(Final is { } final ? final : TusError.NotFound);
    }
}
