using TusUpload.Data.Sessions;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Rules;
using TusUpload.Uploads.Sniffing;

namespace TusUpload.Uploads.Admission;

/// <summary>
/// What a POST asks for, held against all that can be said before anything is made: its metadata, its names, its place, the rules there.
/// </summary>
internal sealed class UploadRequests(NameRules names, UploadPlaces places, RuleBook book, UploadFolders folders, TimeProvider time)
{
    /// <summary>
    /// The upload to be made, or why it may not be. A part is held to no rule: what it is called and how large it is says nothing of the
    /// whole, which is held to them with the POST that makes it.
    /// </summary>
    public async ValueTask<TusResult<NewSession>> ReadAsync(CreateRequest request, CancellationToken cancellationToken)
    {
        var (target, refusal) = UploadTarget.Read(request.Metadata, names);
        if (target is null)
        {
            return refusal!;
        }

        if (request.Sha256 is { } promised && target.Sha256 is { } told && promised != told)
        {
            return AdmissionErrors.DigestsDiffer;
        }

        var caller = request.Caller.Caller();
        (var place, refusal) = await places.FindAsync(caller, target.WorkspaceId, target.Link, cancellationToken);
        if (place is null)
        {
            return refusal!;
        }

        var rules = await book.FindAsync(place.WorkspaceId, place.LinkId, cancellationToken);
        var claim = TypeClaim.Of(target.ContentType);
        refusal = request.IsPartial ? null : rules.Check(target.FileName, target.RelativePath, claim, request.Length);
        if (refusal is not null)
        {
            // What a place takes is the business of those who upload there; to others it is not there.
            return await places.IsOpenAsync(caller, place, cancellationToken) ? refusal : AdmissionErrors.WorkspaceNotFound;
        }

        return await folders.PlaceAsync(target.ToSession(request, Guid.CreateVersion7(time.GetUtcNow()), caller, place), again: false, cancellationToken);
    }
}
