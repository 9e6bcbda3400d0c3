using TusUpload.Data;
using TusUpload.Data.Sessions;
using TusUpload.Protocol.Errors;

namespace TusUpload.Uploads.Admission;

/// <summary>Why an upload was not admitted, in the words of the API. Final answers: no client that gets one should try again unchanged.</summary>
public static class AdmissionErrors
{
    public static readonly TusError DigestsDiffer =
        new(400, "digests_differ", "The metadata's sha256 and Repr-Digest promise different bytes.");

    public static readonly TusError WorkspaceNotFound = Unknown("workspace");

    public static readonly TusError LinkNotFound = Unknown("link");

    private static readonly TusError BatchClosed = new(422, "batch_closed", "The batch is closed: no more files can join it.");

    private static readonly TusError NotInManifest =
        new(422, "not_in_manifest", "The batch's manifest has no line for a file of this name and size, or its lines are taken.");

    /// <summary>The first reason that holds, from the outside in.</summary>
    /// <param name="who">Asks.</param>
    public static TusError For(Data.Sessions.Admission admission, string who, long size) => admission switch
    {
        { WorkspaceKnown: false } => WorkspaceNotFound,
        { FolderKnown: false } => Unknown("folder"),
        { LinkKnown: false } => LinkNotFound,
        { BatchKnown: false } => Unknown("batch"),
        { BatchOpen: false } => BatchClosed,
        { InManifest: false } => NotInManifest,
        _ => QuotaExceeded(admission.Room, who, size),
    };

    /// <summary>As <see cref="For(Data.Sessions.Admission, string, long)"/>, for an upload that is there already and needs more.</summary>
    public static TusError For(Reservation reservation, string who, long more) => QuotaExceeded(reservation.Room, who, more);

    /// <summary>A visitor hears which level it is, and of that no number but its link's: how much an account has is nobody else's business.</summary>
    public static TusError QuotaExceeded(StorageRoom room, string who, long asked)
    {
        var (name, level) = room.FirstWithout(asked);
        var details = new Dictionary<string, object?>(StringComparer.Ordinal) { ["level"] = name };
        if (name == "link" || !Caller.IsLikeLink(who))
        {
            details["limit"] = level.Limit;
            details["used"] = level.Used;
            details["reserved"] = level.Reserved;
            details["bytesLeft"] = Math.Max(0, level.Left ?? 0);
        }

        details["asked"] = asked;
        return new(413, "quota_exceeded", $"The {name}'s storage limit leaves no room for this.") { Details = details };
    }

    private static TusError Unknown(string what) => new(404, $"{what}_not_found", $"There is no such {what}.");
}
