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
    UploadRequests requests, UploadFolders folders, SessionConcatenation concatenation, SessionAdmission admission, UploadJoins joins,
    UploadConcatenationServices services)
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
        var created = new CreateRequest(request.Caller, null, request.Metadata) { ResumeKey = request.ResumeKey };
        var (session, refusal) = await requests.ReadAsync(created, cancellationToken);
        if (session is null)
        {
            return refusal!;
        }

        var now = services.Time.GetUtcNow();
        var final = session with
        {
            Now = now,
            ExpiresAt = now + services.Expiry.Value.ExpiresAfter,
            Finishes = !await services.Inspection.LooksAtAsync(session.WorkspaceId, session.LinkId, session.ContentType, cancellationToken),
        };
        var (largest, tooLarge) = await services.Limits.OfWholeAsync(final, request.Largest, cancellationToken);
        var made = await MakeAsync(final, request, largest, cancellationToken);
        if (made is { Admission.FolderKnown: false } && final.FolderPath is not null)
        {
            // Renamed, moved or deleted since this process looked it up.
            var (placed, misplaced) = await folders.PlaceAsync(final, again: true, cancellationToken);
            if (placed is null)
            {
                return misplaced!;
            }

            made = await MakeAsync(placed, request, largest, cancellationToken);
        }

        return made switch
        {
            { Outcome: ConcatenationOutcome.Made, Final: { } state } => await joins.MadeAsync(state, cancellationToken),
            { Outcome: ConcatenationOutcome.Adopted, Final: { } state } => await ShowAsync(state, cancellationToken),
            { Outcome: ConcatenationOutcome.PartNotFound } => PartNotFound,
            { Outcome: ConcatenationOutcome.NotPartial } => NotPartial,
            { Outcome: ConcatenationOutcome.PartTaken } => PartTaken,
            { Outcome: ConcatenationOutcome.PartsApart } => PartsApart,
            { Outcome: ConcatenationOutcome.TooLarge } => tooLarge,
            _ => admission.Explain(made.Admission!, final, made.Moved),
        };
    }

    private async Task<Concatenation> MakeAsync(NewSession final, ConcatenateRequest request, long? largest, CancellationToken cancellationToken)
    {
        try
        {
            return await concatenation.ConcatenateAsync(final, [.. request.Parts], request.Concat, largest, cancellationToken);
        }
        catch (PostgresException twin) when (twin.ConstraintName == UploadSession.ResumeKeyIndex)
        {
            // Another POST took the key at the same moment; now it can be taken from that one.
            return await concatenation.ConcatenateAsync(final, [.. request.Parts], request.Concat, largest, cancellationToken);
        }
    }

    private async Task<TusResult<UploadInfo>> ShowAsync(SessionState final, CancellationToken cancellationToken)
    {
        var (info, refusal) = await joins.ShowAsync(final, cancellationToken);
        return info is null ? refusal! : info with { IsAdopted = true };
    }
}

internal sealed record UploadConcatenationServices(UploadInspection Inspection, UploadLimits Limits, IOptions<ExpiryOptions> Expiry, TimeProvider Time);
