using TusUpload.Uploads.Content;
using TusUpload.Uploads.Content.S3;

namespace TusUpload.Pipeline.Storage.Supabase;

/// <summary>
/// A file's way into a bucket: one request for a small one, pieces for any other, and for one whose request got no answer. What the server calls an upload in pieces is noted before the first piece;
/// every attempt after it asks how far it got and goes on there. Dying before the note leaves an upload that the server lets expire; dying after the last piece
/// leaves the object, which the next attempt finds. Both ways write under a key that holds the file's id, so doing it again is the same object again.
/// </summary>
internal sealed class SupabaseMove(SupabaseBucket bucket, string key, ObjectMove move, SupabaseStorageOptions options, string spools)
{
    private const string AnyType = "application/octet-stream";
    private const string PieceType = "application/offset+octet-stream";

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly ObjectFacts _facts = new(move.ContentType ?? AnyType, move.Sha256);

    // Tries in a row that brought nothing.
    private int _failures;

    // How often an upload was whole and its object was not there.
    private int _complete;

    /// <summary>Until the object is there. Throws <see cref="FileNotFoundException"/> when neither it nor the content is.</summary>
    public async Task<ObjectProof> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var source = new SourceParts(move.Source, spools);
            await (move.Source.Length <= SupabaseStorageOptions.Piece ? PutAsync(source, cancellationToken) : ResumeAsync(source, cancellationToken));
        }
        catch (FileNotFoundException)
        {
            // An earlier run stored it and died before it could say so, or nobody did.
            if (!await IsThereAsync(cancellationToken))
            {
                throw;
            }

            return ObjectProof.Length;
        }

        return await ProveAsync(cancellationToken);
    }

    private async Task PutAsync(SourceParts source, CancellationToken cancellationToken)
    {
        using var part = await source.OpenAsync(0, move.Source.Length, cancellationToken);
        while (true)
        {
            try
            {
                await bucket.UploadAsync(key, new(part.Bytes, _facts.ContentType), _facts, cancellationToken);
                return;
            }
            catch (IOException trouble) when (MayPass(trouble))
            {
                // The answer may have been lost, not the object.
                if (await IsThereAsync(cancellationToken))
                {
                    return;
                }

                // No answer at all: a refusal is lost with a connection on which nobody reads the body. An upload in pieces is refused before its first.
                if (trouble is not SupabaseStorageException && move.Source.Length > 0)
                {
                    await ResumeAsync(source, cancellationToken);
                    return;
                }

                await FailAsync(trouble, cancellationToken);
            }
        }
    }

    private async Task ResumeAsync(SourceParts source, CancellationToken cancellationToken)
    {
        var id = await move.Notes.FindAsync(cancellationToken);
        string? gone = null;
        while (true)
        {
            try
            {
                id ??= await BeginAsync(gone, cancellationToken);
                if (await SendAsync(id, source, cancellationToken) || await IsThereAsync(cancellationToken))
                {
                    return;
                }

                // It has expired, or was said to be complete and is not there.
                (gone, id) = (id, null);
                await FailAsync(new ContentUnavailableException("Supabase Storage has lost an upload."), cancellationToken);
            }
            catch (IOException trouble) when (MayPass(trouble))
            {
                await FailAsync(trouble, cancellationToken);
            }
        }
    }

    private async Task<string> BeginAsync(string? gone, CancellationToken cancellationToken)
    {
        var begun = await bucket.Resumable.CreateAsync(key, move.Source.Length, _facts, cancellationToken);
        return await move.Notes.RememberAsync(begun, gone, cancellationToken);
    }

    /// <summary>Sends what is missing. False: the upload is over or gone.</summary>
    private async Task<bool> SendAsync(string id, SourceParts source, CancellationToken cancellationToken)
    {
        if (await bucket.Resumable.OffsetAsync(id, cancellationToken) is not { } offset)
        {
            return false;
        }

        while (offset < move.Source.Length)
        {
            using var part = await source.OpenAsync(offset, Math.Min(options.ChunkSize, move.Source.Length - offset), cancellationToken);
            if (await bucket.Resumable.SendAsync(id, offset, new(part.Bytes, PieceType), cancellationToken) is not { } reached || reached <= offset)
            {
                throw new ContentUnavailableException("Supabase Storage takes no more of an upload now.");
            }

            (offset, _failures) = (reached, 0);
        }

        if (await IsThereAsync(cancellationToken))
        {
            return true;
        }

        // Another process may have sent the last byte just now, and the server be at it still.
        return _complete++ == 0 && options.Retries > 0
            ? throw new ContentUnavailableException("Supabase Storage has an upload whole and no object of it.")
            : false;
    }

    // With the file's digest, where the server keeps what is said of an object: an older one of the same length is not it.
    private async Task<bool> IsThereAsync(CancellationToken cancellationToken) =>
        await bucket.InfoAsync(key, cancellationToken) is { } found && found.Size == move.Source.Length
        && (found.Metadata?.Sha256 ?? move.Sha256) == move.Sha256;

    private async Task<ObjectProof> ProveAsync(CancellationToken cancellationToken)
    {
        var found = await bucket.InfoAsync(key, cancellationToken);
        if (found?.Size != move.Source.Length)
        {
            throw new ContentUnavailableException("Supabase Storage says that it took the object, and it is not there or not as long.");
        }

        // Where the object lies in an S3 store behind the server, a large one has another kind of digest.
        var etag = S3Digest.Of(found.Etag);
        if (etag.Length != 32)
        {
            return ObjectProof.Length;
        }

        using var source = new SourceParts(move.Source, spools);
        await using var all = await source.OpenAllAsync(cancellationToken);
        return await S3Digest.OfAsync(all, cancellationToken) == etag ? ObjectProof.Digest : ObjectProof.Length;
    }

    private static bool MayPass(IOException trouble) => trouble switch
    {
        SupabaseStorageException refused => !refused.IsTooLarge && !refused.IsTypeRefused && !refused.IsDenied && !refused.IsMissingBucket,
        _ => trouble is ContentUnavailableException,
    };

    private async Task FailAsync(IOException trouble, CancellationToken cancellationToken)
    {
        if (++_failures > options.Retries)
        {
            throw trouble;
        }

        var longest = Math.Min(LongestPause.TotalSeconds, 0.2 * Math.Pow(2, _failures));
        await Task.Delay(TimeSpan.FromSeconds(longest * (0.5 + (Random.Shared.NextDouble() / 2))), cancellationToken);
    }
}
