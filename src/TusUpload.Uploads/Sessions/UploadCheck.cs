using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.Data.Sessions;
using TusUpload.Protocol;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// Whether an upload would be let in, asked of the same code and the same statement that let one in, and taken back: no rule is written twice. The answer
/// holds for its moment, and promises nothing.
/// </summary>
public sealed class UploadCheck
{
    private readonly UploadRequests _requests;
    private readonly SessionCreation _creation;
    private readonly SessionAdmission _admission;
    private readonly IOptions<TusOptions> _options;
    private readonly TimeProvider _time;

    internal UploadCheck(UploadRequests requests, SessionCreation creation, SessionAdmission admission, IOptions<TusOptions> options, TimeProvider time) =>
        (_requests, _creation, _admission, _options, _time) = (requests, creation, admission, options, time);

    /// <param name="metadata">As in Upload-Metadata, by key.</param>
    public async Task<CheckedUpload> CheckAsync(
        Caller caller, long size, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        if (size > _options.Value.MaxSize)
        {
            return new(TusError.TooLarge, null);
        }

        var request = new CreateRequest(caller.ToPrincipal(nameof(UploadCheck)), size, new(null, metadata));
        var (planned, refusal) = await _requests.ReadAsync(request, cancellationToken);
        if (planned is null)
        {
            return new(refusal, null);
        }

        var now = _time.GetUtcNow();
        var session = planned with { Now = now, ExpiresAt = now };
        var admission = await _creation.TryAsync(session, cancellationToken);
        var room = await _creation.RoomAsync(session.UserId, session.WorkspaceId, session.LinkId, cancellationToken);
        return new(admission.Made ? null : _admission.Explain(admission, session, size), admission is { WorkspaceKnown: true, LinkKnown: true } ? room : null);
    }
}

/// <param name="Refusal">Null: it would be let in.</param>
/// <param name="Room">What is left where it would count; null where that is nowhere, or not the caller's.</param>
public sealed record CheckedUpload(TusError? Refusal, StorageRoom? Room);
