using Npgsql;

using TusUpload.Data.Sessions;
using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// POST with a key. A client that lost its storage, or was told by some proxy that its upload is gone, asks for a new one; under its key it gets
/// the one it began and goes on at its offset. What is not the same upload is never taken for it: it is made anew and takes the key.
/// </summary>
internal sealed class UploadAdoption(SessionKeys keys, UploadReads reads, UploadAppend append, UploadLog log, TimeProvider time)
{
    public async Task<TusResult<UploadInfo>> CreateAsync(
        NewSession session,
        CreateRequest request,
        TusBody? body,
        Func<NewSession, Task<TusResult<UploadInfo>>> make,
        CancellationToken cancellationToken)
    {
        var known = await keys.FindAsync(session, time.GetUtcNow(), cancellationToken);
        if (known is { IsSame: true })
        {
            return await AdoptAsync(known.Id, request, body, cancellationToken);
        }

        try
        {
            var made = await make(known is null ? session : session with { ResumeKey = null });
            if (known is not null && made.Value is { } upload)
            {
                await keys.TakeAsync(known.Id, upload.Id, session.ResumeKey!, CancellationToken.None);
            }

            // The same POST came twice at once, and the other one took the last place or the last room there was: it is this client's own.
            return made.Error is not null && await keys.FindAsync(session, time.GetUtcNow(), cancellationToken) is { IsSame: true } twin && twin.Id != session.Id
                ? await AdoptAsync(twin.Id, request, body, cancellationToken)
                : made;
        }
        catch (PostgresException twin) when (twin.ConstraintName == UploadSession.ResumeKeyIndex)
        {
            // The same POST came twice at once, and the other one was first.
            var other = await keys.FindAsync(session, time.GetUtcNow(), cancellationToken);
            return other is { IsSame: true } ? await AdoptAsync(other.Id, request, body, cancellationToken) : TusError.Unavailable;
        }
    }

    private async Task<TusResult<UploadInfo>> AdoptAsync(Guid id, CreateRequest request, TusBody? body, CancellationToken cancellationToken)
    {
        // As HEAD: an old connection may still be writing, and the offset that is told has to stand still.
        var found = await reads.FindAsync(id, request.Caller, cancellationToken);
        if (found.Value is not { } upload)
        {
            return found.Error == TusError.NotFound ? TusError.Unavailable : found;
        }

        log.Adopted(id, upload.Offset);

        // A body begins at the first byte. Where bytes are there already it is not read: the client goes on at the offset it is told.
        if (body is { Received: 0, End: BodyEnd.None } && upload is { Offset: 0, IsComplete: false })
        {
            if (request.OnMade is { } announce)
            {
                await announce(upload);
            }

            var appended = await append.AppendAsync(new(id, request.Caller, 0) { Finishes = request.Finishes }, body, CancellationToken.None);
            if (body.Checksum?.Refusal is { } mismatch)
            {
                return mismatch;
            }

            if (appended is { Value: null, Error: { Status: 415 } unfit })
            {
                // It has ended with what came.
                return unfit;
            }

            upload = appended.Value ?? upload;
        }

        return upload with { IsAdopted = true };
    }
}
