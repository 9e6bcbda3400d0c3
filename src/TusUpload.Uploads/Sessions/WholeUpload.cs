using System.Buffers;
using System.IO.Hashing;

using Microsoft.Extensions.Options;

using Npgsql;

using TusUpload.Data.Connections;
using TusUpload.Data.Sessions;
using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Completion;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Rules;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// An upload that arrives whole with its POST: bytes to the disk, then one statement that makes it in state received. Dying between the two
/// leaves a file that no row knows and nobody was told of, which a janitor finds by its age. A process that slept in between makes no row any more.
/// </summary>
internal sealed class WholeUpload(
    SessionAdmission admission,
    UploadInspection inspection,
    IUploadContent content,
    CompletedUploads completed,
    IOptions<SessionOptions> options,
    IOptions<ContentOptions> contentOptions)
{
    /// <summary>A body of exactly the upload's length, or an empty upload, with a body or without.</summary>
    public bool IsWhole(long? length, TusBody? body) => length == 0 || (length == body?.Length && length <= options.Value.WholeBodySize);

    public async Task<TusResult<UploadInfo>> CreateAsync(NewSession session, TusBody? body)
    {
        using var digest = new RunningDigest();
        using var first = await inspection.OfNewAsync(session, CancellationToken.None);
        CommittedSpan? span;
        bool passes;
        try
        {
            (span, passes) = await TakeAsync(session, body, digest, first);
        }
        catch (StorageFullException)
        {
            await content.DeleteAsync(session.Id, CancellationToken.None);
            return TusError.StorageFull;
        }

        if (passes && first?.Refusal is { } unfit)
        {
            await content.DeleteAsync(session.Id, CancellationToken.None);
            return inspection.Refuse(session.Id, first, unfit);
        }

        if (!passes || digest.Position != session.TotalSize || body?.End == BodyEnd.TooLong)
        {
            await content.DeleteAsync(session.Id, CancellationToken.None);
            return body?.Checksum?.Refusal ?? StatusPolicy.ForBody(body!.End) ?? TusError.Unavailable;
        }

        // No token: the client may be gone.
        var keptUntil = UploadAge.TimeOf(session.Id) + (contentOptions.Value.OrphanAge / 2);
        var (made, refusal) = await AdmitAsync(session with { FirstSpan = span, Sha256 = digest.Finish(), BytesKeptUntil = keptUntil });
        if (refusal is not null)
        {
            await content.DeleteAsync(session.Id, CancellationToken.None);
            return refusal;
        }

        if (!made.IsReceived)
        {
            return new UploadInfo(made.Id, made.UploadedSize, made.TotalSize, made.Metadata, made.ExpiresAt)
            {
                IsOpen = true,
                Concat = made.IsPartial ? "partial" : null,
            };
        }

        completed.Tell(made.Id, made.UploadedSize);
        return new UploadInfo(made.Id, made.UploadedSize, made.TotalSize, made.Metadata, null) { Sha256 = made.Sha256 };
    }

    private async Task<(NewSession Session, TusError? Refusal)> AdmitAsync(NewSession session)
    {
        try
        {
            return await admission.AdmitAsync(session, CancellationToken.None);
        }
        catch (Exception trouble) when (trouble is NotAskedException or PostgresException { IsTransient: false })
        {
            // The database was not asked, or answered that nothing was made. After any other exception the row may be there although its answer
            // was lost, and then so must the bytes be; where it is not, a janitor finds them.
            await content.DeleteAsync(session.Id, CancellationToken.None);
            throw;
        }
    }

    private async Task<(CommittedSpan? Span, bool Passes)> TakeAsync(
        NewSession session, TusBody? body, RunningDigest digest, FirstBytes? first)
    {
        var length = session.TotalSize ?? 0;
        await using var file = await content.OpenWriterAsync(ContentLease.Unknown(session.Id), 0, CancellationToken.None);
        var checksum = new XxHash128();
        using var check = new BodyCheck(body?.Checksum, checksum, digest, file.CanReadBack);
        if (body is not null)
        {
            body.Limit = length;
        }

        while (body is not null && await body.ReadAsync() is { IsEmpty: false } bytes)
        {
            // Whether bytes that are to be checked are these is known at their end.
            if (first?.Take(bytes) == false && !check.IsNeeded)
            {
                body.Advance(bytes.Slice(0, 0));
                return (null, true);
            }

            try
            {
                await file.WriteAsync(bytes, digest.Position, CancellationToken.None);
            }
            finally
            {
                Account(bytes, checksum, digest, check);
                body.Advance(bytes);
            }
        }

        if (body is not null && !await check.PassesAsync(body, content, session.Id, 0))
        {
            return (null, false);
        }

        if (digest.Position == length && first?.End() is not null)
        {
            return (null, true);
        }

        await file.FlushAsync(CancellationToken.None);
        return (digest.Position == 0 ? null : new(0, digest.Position, checksum.GetHashAndReset()), true);
    }

    private static void Account(ReadOnlySequence<byte> bytes, XxHash128 checksum, RunningDigest digest, BodyCheck check)
    {
        foreach (var block in bytes)
        {
            checksum.Append(block.Span);
            digest.Append(block.Span);
            check.Append(block.Span);
        }
    }
}
