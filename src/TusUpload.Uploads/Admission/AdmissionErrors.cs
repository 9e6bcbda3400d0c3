using TusUpload.Data;
using TusUpload.Data.Links;
using TusUpload.Data.Sessions;
using TusUpload.Protocol.Errors;
using TusUpload.Uploads.Rules;

namespace TusUpload.Uploads.Admission;

/// <summary>Why an upload was not admitted, in the words of the API. Final answers: no client that gets one should try again unchanged.</summary>
public static class AdmissionErrors
{
    public static readonly TusError DigestsDiffer =
        new(400, "digests_differ", "The metadata's sha256 and Repr-Digest promise different bytes.");

    /// <summary>Not 409: clients ask for an offset at that, and there is none.</summary>
    public static readonly TusError NameTaken = new(422, "name_taken", "A file of this name is there already, and this workspace takes each name once.");

    public static readonly TusError WorkspaceNotFound = Unknown("workspace");

    public static readonly TusError LinkNotFound = Unknown("link");

    private static readonly TusError BatchClosed = new(422, "batch_closed", "The batch is closed: no more files can join it.");

    private static readonly TusError NotInManifest =
        new(422, "not_in_manifest", "The batch's manifest has no line for a file of this name and size, or its lines are taken.");

    public static readonly TusError LinkExpired = new(410, "link_expired", "The link has expired: nothing new comes in through it.");

    public static readonly TusError LinkUsesExceeded = new(422, "link_uses_exceeded", "As many have come by this link as may.");

    // To whoever is signed in: what may be had with a password is had with a link token.
    private static readonly TusError LinkPassword =
        new(403, "link_password_required", "The link has a password: exchange it for a link token.");

    private static readonly TusError LinkFiles = new(422, "link_files_exceeded", "As many files have come in through this link as may.");

    /// <summary>The first reason that holds, from the outside in.</summary>
    /// <param name="who">Asks.</param>
    public static TusError For(Data.Sessions.Admission admission, string who, long size) => admission switch
    {
        { WorkspaceKnown: false } => WorkspaceNotFound,
        { FolderKnown: false } => Unknown("folder"),
        { LinkKnown: false } => LinkNotFound,
        { LinkRefusal: LinkRefusal.Expired } => LinkExpired,
        { LinkRefusal: LinkRefusal.Password } => LinkPassword,
        { LinkRefusal: LinkRefusal.Uses } => LinkUsesExceeded,
        { LinkRefusal: LinkRefusal.Files } => LinkFiles,
        { LinkRefusal: LinkRefusal.Type } => RuleRefusals.LinkType(admission.LinkTypes ?? []),
        { LinkRefusal: LinkRefusal.Size } => FileTooLarge(admission.LinkLargest ?? 0, size),
        { BatchKnown: false } => Unknown("batch"),
        { NameTaken: true } => NameTaken,
        { BatchOpen: false } => BatchClosed,
        { InManifest: false } => NotInManifest,
        _ => QuotaExceeded(admission.Room, who, size),
    };

    /// <summary>As <see cref="For(Data.Sessions.Admission, string, long)"/>, for an upload that is there already and needs more.</summary>
    public static TusError For(Reservation reservation, string who, long more) => reservation.Largest is { } largest
        ? FileTooLarge(largest, null)
        : QuotaExceeded(reservation.Room, who, more);

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

    private static TusError FileTooLarge(long largest, long? size) => new(413, "file_too_large", "The link takes no files of this size.")
    {
        Details = new Dictionary<string, object?> { ["level"] = "link", ["limit"] = largest, ["bytesAsked"] = size },
    };
}
