using Microsoft.Extensions.Options;

using TusUpload.Data.Sessions;
using TusUpload.Protocol;
using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Rules;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// How large an upload may become whose length is told later. A part counts with the others of its final, and without one not at all.
/// </summary>
internal sealed class UploadLimits(RuleBook book, IOptions<TusOptions> options)
{
    /// <summary>What holds for an upload's length. A part is held to it with the others, where its length is told: they may tell theirs at the same time.</summary>
    public async ValueTask<UploadLimit> OfAsync(SessionState upload, CancellationToken cancellationToken) =>
        upload is { IsPartial: true, FinalId: null }
            ? default
            : new(await book.FindAsync(upload.WorkspaceId, upload.LinkId, cancellationToken), options.Value.MaxSize);

    /// <summary>Bytes that the parts of a final upload may have together, and what more of them are refused with.</summary>
    public async ValueTask<(long? Most, TusError Refusal)> OfWholeAsync(
        NewSession final, long? largest, CancellationToken cancellationToken)
    {
        var rules = await book.FindAsync(final.WorkspaceId, final.LinkId, cancellationToken);
        return rules.MaxFileSize is { } most && most < (largest ?? long.MaxValue)
            ? (most, RuleRefusals.Size(most, null))
            : (largest, TusError.TooLarge);
    }

    /// <summary>Narrows a body to what its upload may still have; what more is refused with.</summary>
    /// <param name="told">See <see cref="Protocol.Stores.AppendRequest.Length"/>.</param>
    public async ValueTask<TusError> NarrowAsync(SessionState upload, TusBody body, long? told, CancellationToken cancellationToken)
    {
        if ((upload.TotalSize ?? told) is { } total)
        {
            body.Limit = total - upload.UploadedSize;
            return TusError.BodyTooLong;
        }

        var most = upload.IsPartial ? null : (await book.FindAsync(upload.WorkspaceId, upload.LinkId, cancellationToken)).MaxFileSize;
        if (most - upload.UploadedSize is not { } room || room > body.Limit)
        {
            return TusError.BodyTooLong;
        }

        body.Limit = room;
        return RuleRefusals.Size(most!.Value, null);
    }
}

/// <summary>How large one upload may become.</summary>
/// <param name="Rules">Null: none hold yet.</param>
internal readonly record struct UploadLimit(UploadRules? Rules, long? MaxSize)
{
    /// <summary>Bytes; null: no limit.</summary>
    public long? Most => Rules?.MaxFileSize is { } most && most < (MaxSize ?? long.MaxValue) ? most : MaxSize;

    /// <summary>Why it cannot have that many bytes; null where it can.</summary>
    public TusError? Check(long size) => size > MaxSize ? TusError.TooLarge : Rules?.CheckSize(size);

    /// <summary>Why its length could not be fixed.</summary>
    public TusError Explain(Reservation declared, SessionState upload, long length) => declared switch
    {
        { Found: false } => TusError.Locked,
        { TooLarge: { } whole } => Check(whole) ?? TusError.TooLarge,
        _ => AdmissionErrors.For(declared, upload.UploaderId, length - upload.ReservedSize),
    };
}
