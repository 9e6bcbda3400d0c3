using System.Globalization;

using TusUpload.Uploads.Content;
using TusUpload.Uploads.Content.S3;

namespace TusUpload.Pipeline.Storage.S3;

/// <summary>
/// A file's way into a bucket in parts. Its multipart upload is noted before the first part is sent; an attempt after it takes every part that is there
/// and has the digest of its bytes. Dying before the note leaves a multipart upload that nobody knows, which the sweep ends; dying anywhere after it leaves
/// what the next attempt goes on with; dying between the last request and the journal leaves the object, which the next attempt finds.
/// </summary>
internal sealed class S3Move(S3Bucket bucket, string key, ObjectMove move, S3StorageOptions options, string spools)
{
    private const int MaxParts = 10_000;
    private const long Step = 1 << 20;
    private const int Attempts = 3;

    private bool _isResumed;

    /// <summary>Until the object is there. Throws <see cref="FileNotFoundException"/> when neither it nor the content is.</summary>
    public async Task<ObjectProof> RunAsync(CancellationToken cancellationToken)
    {
        var remote = RemoteParts.Parse(await move.Notes.FindAsync(cancellationToken));
        _isResumed = remote is not null;
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            if (remote is null || await bucket.Multiparts.PartsAsync(key, remote.MultipartId, cancellationToken) is not { } parts)
            {
                // Also where nothing was noted: the content may be gone because a run before this one ended the move.
                if (remote is not null && await IsThereAsync(cancellationToken))
                {
                    return ObjectProof.Length;
                }

                remote = await BeginAsync(remote, cancellationToken);
                parts = [];
            }

            if (await SendAsync(remote, parts, cancellationToken) is { } sent
                && await bucket.Multiparts.CompleteAsync(key, remote.MultipartId, [.. sent.Select(part => part.ETag!)], cancellationToken))
            {
                return await ProveAsync(sent, cancellationToken);
            }
        }

        return await IsThereAsync(cancellationToken)
            ? ObjectProof.Length
            : throw new ContentUnavailableException("The object store loses the parts of a multipart upload.");
    }

    private async Task<RemoteParts> BeginAsync(RemoteParts? gone, CancellationToken cancellationToken)
    {
        var least = ((move.Source.Length - 1) / MaxParts) + 1;
        var partSize = Math.Max(options.PartSize, (least + Step - 1) / Step * Step);
        var begun = new RemoteParts(partSize, await bucket.Multiparts.InitiateAsync(key, move.ContentType, cancellationToken));
        var stands = RemoteParts.Parse(await move.Notes.RememberAsync(begun.ToString(), gone?.ToString(), cancellationToken))!;
        if (stands != begun)
        {
            await bucket.Multiparts.AbortAsync(key, begun.MultipartId, cancellationToken);
        }

        return stands;
    }

    /// <summary>Sends what is missing; all parts. Null: the multipart upload went away meanwhile.</summary>
    private async Task<SentPart[]?> SendAsync(RemoteParts remote, Dictionary<int, S3Found> there, CancellationToken cancellationToken)
    {
        using var source = new SourceParts(move.Source, spools);
        var count = (int)(((move.Source.Length - 1) / remote.PartSize) + 1);
        var parts = new SentPart[count];
        var isGone = false;
        foreach (var numbers in Turns(count, there))
        {
            await Parallel.ForEachAsync(
                numbers,
                new ParallelOptions { MaxDegreeOfParallelism = options.ParallelParts, CancellationToken = cancellationToken },
                async (number, token) =>
                {
                    if (Volatile.Read(ref isGone))
                    {
                        return;
                    }

                    parts[number - 1] = await SendAsync(source, remote, number, there.GetValueOrDefault(number), token);
                    if (parts[number - 1].ETag is null)
                    {
                        Volatile.Write(ref isGone, true);
                    }
                });
        }

        return isGone ? null : parts;
    }

    // Where an attempt before this one broke off, the first part that is missing goes alone: parts beside each other share a line that breaks again and
    // again, and may all break each time.
    private IEnumerable<IEnumerable<int>> Turns(int count, Dictionary<int, S3Found> there)
    {
        var first = Enumerable.Range(1, count).FirstOrDefault(number => !there.ContainsKey(number));
        return _isResumed && first > 0
            ? [Enumerable.Range(1, first), Enumerable.Range(first + 1, count - first)]
            : [Enumerable.Range(1, count)];
    }

    private async Task<SentPart> SendAsync(SourceParts source, RemoteParts remote, int number, S3Found? found, CancellationToken cancellationToken)
    {
        var start = (number - 1) * remote.PartSize;
        using var part = await source.OpenAsync(start, Math.Min(remote.PartSize, move.Source.Length - start), cancellationToken);
        var body = await S3Body.OfAsync(part.Bytes, cancellationToken);
        var etag = found?.ETag == body.Digest
            ? found.ETag
            : await bucket.Multiparts.PutAsync(key, remote.MultipartId, number, body, cancellationToken);
        return new(etag, body.Digest);
    }

    // Of no store is the answer to the last request enough.
    private async Task<ObjectProof> ProveAsync(SentPart[] parts, CancellationToken cancellationToken)
    {
        var found = await bucket.FindAsync(key, cancellationToken);
        return found?.Length != move.Source.Length
            ? throw new ContentUnavailableException("The object store says that the object is complete, and it is not there or not as long.")
            : parts.All(part => part.ETag == part.Digest) && found.ETag == S3Digest.Join([.. parts.Select(part => part.Digest)])
                ? ObjectProof.Digest
                : ObjectProof.Length;
    }

    private async Task<bool> IsThereAsync(CancellationToken cancellationToken) =>
        await bucket.LengthAsync(key, cancellationToken) == move.Source.Length;
}

/// <summary>What the store calls a part, and what its bytes hash to. <paramref name="ETag"/> null: it was not taken.</summary>
internal readonly record struct SentPart(string? ETag, string Digest);

/// <summary>A multipart upload as it is noted. <paramref name="PartSize"/> in bytes: the setting may change between two attempts.</summary>
internal sealed record RemoteParts(long PartSize, string MultipartId)
{
    public static RemoteParts? Parse(string? note) =>
        note?.Split(':', 2) is [var size, var id] && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var partSize)
            ? new(partSize, id)
            : null;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{PartSize}:{MultipartId}");
}
