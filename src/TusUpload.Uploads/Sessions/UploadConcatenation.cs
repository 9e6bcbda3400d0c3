using Microsoft.Extensions.Options;

using Npgsql;

using TusUpload.Data.Sessions;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Expiry;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// POST of a final upload. No byte moves: the final is a list of its parts. Dying before the commit leaves the parts as they were, for the same
/// request to come again; dying after it loses the answer, and the same request again is answered with what was made.
/// </summary>
internal sealed class UploadConcatenation(
    UploadPlaces places, UploadFolders folders, SessionConcatenation concatenation, SessionAdmission admission, UploadJoins joins,
    IOptions<ExpiryOptions> expiry, TimeProvider time)
{
    private static readonly TusError PartNotFound =
        new(404, "part_not_found", "One of the partial uploads is not there, or has ended.");

    private static readonly TusError NotPartial =
        new(422, "part_not_partial", "One of the uploads was not made with Upload-Concat: partial.");

    private static readonly TusError PartTaken = new(422, "part_taken", "One of the partial uploads belongs to another final upload.");

    private static readonly TusError PartsApart =
        new(422, "parts_apart", "The partial uploads lie on the disks of different servers, and none of them reaches all.");

    public async Task<TusResult<UploadInfo>> ConcatenateAsync(ConcatenateRequest request, CancellationToken cancellationToken)
    {
        var target = UploadTarget.Read(request.Metadata);
        if (target.Error is { } refusal)
        {
            return refusal;
        }

        var caller = request.Caller.Caller();
        var place = await places.FindAsync(caller, target.Value!.WorkspaceId, target.Value.Link, cancellationToken);
        if (place.Error is { } nowhere)
        {
            return nowhere;
        }

        var now = time.GetUtcNow();
        var created = new CreateRequest(request.Caller, null, request.Metadata) { ResumeKey = request.ResumeKey };
        var final = target.Value!.ToSession(created, Guid.CreateVersion7(), caller, place.Value!) with
        {
            Now = now,
            ExpiresAt = now + expiry.Value.ExpiresAfter,
        };
        var placed = await folders.PlaceAsync(final, again: false, cancellationToken);
        var made = placed.Value is null ? null : await MakeAsync(placed.Value, request, cancellationToken);
        if (made is { Admission.FolderKnown: false } && placed.Value!.FolderPath is not null)
        {
            // Renamed, moved or deleted since this process looked it up.
            placed = await folders.PlaceAsync(placed.Value, again: true, cancellationToken);
            made = placed.Value is null ? null : await MakeAsync(placed.Value, request, cancellationToken);
        }

        if (made is null)
        {
            return placed.Error!;
        }

        return made switch
        {
            { Outcome: ConcatenationOutcome.Made, Final: { } state } => joins.Made(state),
            { Outcome: ConcatenationOutcome.Adopted, Final: { } state } => await joins.ShowAsync(state, cancellationToken) with { IsAdopted = true },
            { Outcome: ConcatenationOutcome.PartNotFound } => PartNotFound,
            { Outcome: ConcatenationOutcome.NotPartial } => NotPartial,
            { Outcome: ConcatenationOutcome.PartTaken } => PartTaken,
            { Outcome: ConcatenationOutcome.PartsApart } => PartsApart,
            { Outcome: ConcatenationOutcome.TooLarge } => TusError.TooLarge,
            _ => admission.Explain(made.Admission!, final, made.Moved),
        };
    }

    private async Task<Concatenation> MakeAsync(NewSession final, ConcatenateRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await concatenation.ConcatenateAsync(final, [.. request.Parts], request.Concat, request.Largest, cancellationToken);
        }
        catch (PostgresException twin) when (twin.ConstraintName == UploadSession.ResumeKeyIndex)
        {
            // Another POST took the key at the same moment; now it can be taken from that one.
            return await concatenation.ConcatenateAsync(final, [.. request.Parts], request.Concat, request.Largest, cancellationToken);
        }
    }
}
