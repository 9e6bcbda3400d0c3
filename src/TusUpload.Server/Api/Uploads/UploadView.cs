using System.Linq.Expressions;

using TusUpload.Data.Sessions;
using TusUpload.Uploads.Progress;

namespace TusUpload.Server.Api.Uploads;

/// <summary>An upload as the API shows it. Sizes in bytes.</summary>
/// <param name="TotalSize">Null while the length is deferred.</param>
/// <param name="BytesPerSecond">0 while no bytes are being received by this server.</param>
internal sealed record UploadView(
    Guid Id,
    string FileName,
    long? TotalSize,
    long UploadedSize,
    string Status,
    long BytesPerSecond,
    DateTimeOffset ExpiresAt,
    DateTimeOffset LastActivityAt)
{
    /// <summary>An upload whose time has run out is expired, whether it has been swept or not.</summary>
    public static Expression<Func<UploadSession, UploadView>> At(DateTimeOffset now) => session => new UploadView(
        session.Id,
        session.FileName,
        session.TotalSize,
        session.UploadedSize,
        session.Status == SessionStatus.Receiving && session.ExpiresAt <= now ? SessionStatus.Expired : session.Status,
        0,
        session.ExpiresAt,
        session.LastActivityAt);

    /// <summary>With what is being received at this moment and not committed yet.</summary>
    public UploadView With(LiveUploads live) =>
        Status == SessionStatus.Receiving && live.Find(Id) is { } report
            ? this with { UploadedSize = Math.Max(UploadedSize, report.UploadedSize), BytesPerSecond = report.BytesPerSecond }
            : this;
}
