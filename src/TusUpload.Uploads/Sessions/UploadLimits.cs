using Microsoft.Extensions.Options;

using TusUpload.Data.Sessions;
using TusUpload.Protocol;
using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Uploads.Rules;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// How large an upload may become whose length is told later. A part counts with the others of its final, and without one not at all.
/// </summary>
internal sealed class UploadLimits(RuleBook book, SessionJoins joins, IOptions<TusOptions> options)
{
    /// <summary>Why an upload cannot have that length; null where it can.</summary>
    public async ValueTask<TusError?> CheckAsync(SessionState upload, long length, CancellationToken cancellationToken)
    {
        if (upload is { IsPartial: true, FinalId: null })
        {
            return null;
        }

        var rules = await book.FindAsync(upload.WorkspaceId, upload.LinkId, cancellationToken);
        if (upload.FinalId is not { } final)
        {
            return rules.CheckSize(length);
        }

        if ((options.Value.MaxSize ?? rules.MaxFileSize) is null)
        {
            return null;
        }

        var others = await joins.OthersAsync(final, upload.Id, cancellationToken);
        return options.Value.MaxSize is { } largest && others > largest - length ? TusError.TooLarge : rules.CheckSize(others + length);
    }

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
