using TusUpload.Data.Sessions;
using TusUpload.Protocol.Errors;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Rules;
using TusUpload.Uploads.Sniffing;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// Has the first bytes of uploads looked at where a rule asks for it, and ends those that may not be kept. No verdict is written down:
/// none of the bytes after the first 4 KiB is committed before it, and while fewer are committed they are read back and judged anew. So
/// dying between the verdict and the end leaves an upload that is refused again when its client goes on, or expires.
/// </summary>
internal sealed class UploadInspection(RuleBook book, IUploadContent content, UploadEndings endings, UploadLog log)
{
    /// <summary>For an upload whose bytes come whole, before its row is made; null where nobody looks.</summary>
    public ValueTask<FirstBytes?> OfNewAsync(NewSession session, CancellationToken cancellationToken) =>
        OfAsync(session.WorkspaceId, session.LinkId, session.ContentType, session.IsPartial, cancellationToken);

    /// <summary>
    /// For an upload that goes on at its offset, with what has come of its first bytes before; null where nobody looks, or has looked.
    /// Those of a part are looked at when it is joined to others: what it is called is said of the whole.
    /// </summary>
    public async ValueTask<FirstBytes?> OfKnownAsync(SessionState upload, CancellationToken cancellationToken)
    {
        if (upload.UploadedSize >= FirstBytes.Most
            || await OfAsync(upload.WorkspaceId, upload.LinkId, upload.ContentType, upload.IsPartial, cancellationToken) is not { } first)
        {
            return null;
        }

        try
        {
            if (upload.UploadedSize > 0)
            {
                await using var stream = await content.OpenFirstAsync(upload.Id, upload.UploadedSize, cancellationToken);
                await first.ReadAsync(stream, (int)upload.UploadedSize, cancellationToken);
            }

            return first;
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    /// <summary>Whether the first bytes of a final upload with this type will be looked at.</summary>
    public async ValueTask<bool> LooksAtAsync(Guid workspaceId, Guid? linkId, string? contentType, CancellationToken cancellationToken) =>
        (await book.FindAsync(workspaceId, linkId, cancellationToken)).LookAt(TypeClaim.Of(contentType));

    /// <summary>
    /// Judges a final upload whose parts are complete and within reach; ends it and them where it may not be kept, and says why.
    /// </summary>
    public async Task<TusError?> JudgeAsync(WholeParts whole, CancellationToken cancellationToken)
    {
        if (await OfAsync(whole.WorkspaceId, whole.LinkId, whole.ContentType, isPartial: false, cancellationToken) is not { } first)
        {
            return null;
        }

        using (first)
        {
            if (!await TryReadAsync(whole, first, cancellationToken) || first.End() is not { } refusal)
            {
                return null;
            }

            await endings.EndFamilyAsync(whole.Id, whole.UploaderId, CancellationToken.None);
            return Refuse(whole.Id, first, refusal);
        }
    }

    /// <summary>Ends an upload whose first bytes may not be kept; nothing writes to it any more.</summary>
    public async Task<TusError> EndAsync(SessionState upload, FirstBytes first)
    {
        await endings.EndAsync(upload.Id, upload.UploaderId, CancellationToken.None);
        return Refuse(upload.Id, first, first.Refusal!);
    }

    /// <summary>Says so of an upload of which nothing is left.</summary>
    public TusError Refuse(Guid uploadId, FirstBytes first, TusError refusal)
    {
        log.Refused(uploadId, refusal.Code, first.Type!.Name);
        return refusal;
    }

    /// <summary>False: they are gone. That is nothing to judge, and the step that reads the whole file says it.</summary>
    private async Task<bool> TryReadAsync(WholeParts whole, FirstBytes first, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await PartsStream.OpenAsync(content, whole.Parts, cancellationToken);
            await first.ReadAsync(stream, (int)Math.Min(FirstBytes.Most, stream.Length), cancellationToken);
            return true;
        }
        catch (Exception gone) when (gone is FileNotFoundException or InvalidDataException or EndOfStreamException)
        {
            return false;
        }
    }

    private async ValueTask<FirstBytes?> OfAsync(
        Guid workspaceId, Guid? linkId, string? contentType, bool isPartial, CancellationToken cancellationToken)
    {
        var (rules, claim) = (await book.FindAsync(workspaceId, linkId, cancellationToken), TypeClaim.Of(contentType));
        return !isPartial && rules.LookAt(claim) ? new(rules, claim) : null;
    }
}
