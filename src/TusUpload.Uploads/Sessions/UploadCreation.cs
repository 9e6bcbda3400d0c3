using TusUpload.Data.Sessions;
using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Content;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// POST. A small body that is the whole upload goes to the disk first and costs one round trip in all; anything else is admitted first, so that no
/// client sends bytes in vain.
/// </summary>
internal sealed class UploadCreation(
    UploadPlaces places, UploadFolders folders, IUploadContent content, WholeUpload whole, UploadBeginning beginning, UploadAdoption adoption, TimeProvider time)
{
    public async Task<TusResult<UploadInfo>> CreateAsync(CreateRequest request, TusBody? body, CancellationToken cancellationToken)
    {
        if (body?.Length > request.Length)
        {
            return TusError.BodyTooLong;
        }

        var plan = await PlanAsync(request, cancellationToken);
        if (plan.Value is not { } session)
        {
            return plan.Error!;
        }

        return session.ResumeKey is null
            ? await MakeAsync(session)
            : await adoption.CreateAsync(session, request, body, MakeAsync, cancellationToken);

        Task<TusResult<UploadInfo>> MakeAsync(NewSession made) => request.OnMade is null && whole.IsWhole(request.Length, body)
            ? whole.CreateAsync(made, body)
            : beginning.CreateAsync(made, body, request.OnMade, cancellationToken);
    }

    /// <summary>What would be made: whatever can be said of a request before the database is asked for the upload.</summary>
    public async Task<TusResult<NewSession>> PlanAsync(CreateRequest request, CancellationToken cancellationToken)
    {
        var target = UploadTarget.Read(request.Metadata);
        if (target.Error is { } refusal)
        {
            return refusal;
        }

        if (request.Sha256 is { } promised && target.Value!.Sha256 is { } told && promised != told)
        {
            return AdmissionErrors.DigestsDiffer;
        }

        var caller = request.Caller.Caller();
        var place = await places.FindAsync(caller, target.Value!.WorkspaceId, target.Value.Link, cancellationToken);
        if (place.Error is { } nowhere)
        {
            return nowhere;
        }

        var id = Guid.CreateVersion7(time.GetUtcNow());
        var placed = await folders.PlaceAsync(target.Value!.ToSession(request, id, caller, place.Value!), again: false, cancellationToken);
        return placed.Value is { } session ? session with { ContentNode = content.Node } : placed;
    }
}
