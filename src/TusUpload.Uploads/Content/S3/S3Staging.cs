using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.Data.Content;
using TusUpload.Protocol;

namespace TusUpload.Uploads.Content.S3;

/// <summary>The staging bucket with what is known of it, and what its writers and readers share.</summary>
internal sealed class S3Staging : IDisposable
{
    /// <summary>Largest object that stores promise to take.</summary>
    public const long MaxObject = 5L << 40;

    /// <summary>Full parts of an upload: stores promise to take 10,000 parts, and the last is for the tail.</summary>
    public const int MaxParts = 10_000 - 1;

    private const long Step = 1 << 20;

    private readonly S3ContentOptions _options;
    private readonly string _folder;
    private readonly long _largest;
    private readonly TimeProvider _time;

    public S3Staging(
        ContentMultiparts multiparts, ContentRows rows, IOptions<S3ContentOptions> options, S3StagingSetting setting, TimeProvider time)
    {
        (Multiparts, Rows, _options, _time) = (multiparts, rows, options.Value, time);
        Bucket = new(_options.Address, _options.Bucket!);
        _largest = Math.Min(setting.Tus.Value.MaxSize ?? MaxObject, MaxObject);
        _folder = Path.Combine(setting.Content.Value.Path ?? setting.Data.Value.FullPath, "spool");
        Spool.Prepare(_folder);
        Prefix = _options.Prefix;
    }

    public S3Bucket Bucket { get; }

    public ContentMultiparts Multiparts { get; }

    public ContentRows Rows { get; }

    public string Prefix { get; private set; }

    /// <summary>Of an upload that is not known to be large.</summary>
    public long PartSize => _options.PartSize;

    /// <summary>
    /// Keeps the keys of servers on one database apart from those of others that were given the same bucket and prefix: to each of them the others'
    /// uploads are ones that nobody knows. Once, before anything is asked of the store.
    /// </summary>
    public void BelongTo(string store) => Prefix = $"{_options.Prefix}{store}/";

    public bool IsAt(string serviceUrl, string bucket) =>
        bucket == Bucket.Name && serviceUrl.TrimEnd('/').Equals(_options.ServiceUrl!.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);

    public string KeyOf(Guid uploadId) => Prefix + uploadId.ToString();

    /// <summary>The same for every part of an upload, so that there are never more than a store takes.</summary>
    public long PartSizeOf(long? total) => PartSizeFor(total ?? _largest, _options.PartSize);

    /// <summary>At least <paramref name="least"/>, whole MiB where it is more.</summary>
    internal static long PartSizeFor(long total, long least)
    {
        var needed = ((total - 1) / MaxParts) + 1;
        return Math.Max(least, (needed + Step - 1) / Step * Step);
    }

    public Spool NewSpool() => new(_folder);

    /// <summary>
    /// A multipart upload under a lease. Dying between the store's answer and the note of it leaves one that nobody knows, which the sweep finds.
    /// Throws <see cref="ContentFencedException"/>.
    /// </summary>
    public async Task<Multipart> BeginAsync(ContentLease lease, long partSize, CancellationToken cancellationToken)
    {
        var key = KeyOf(lease.UploadId);
        var multipart = new Multipart(await Bucket.Multiparts.InitiateAsync(key, null, cancellationToken), partSize, IsCompleted: false);
        if (await Multiparts.BeginAsync(lease.UploadId, lease.Node, lease.Epoch, multipart, _time.GetUtcNow(), cancellationToken))
        {
            return multipart;
        }

        await Bucket.Multiparts.AbortAsync(key, multipart.Id, cancellationToken);
        throw new ContentFencedException();
    }

    /// <summary>Copies bytes from rows to a place in a spool; false when they are not all there.</summary>
    public async Task<bool> FetchRowsAsync(
        Guid uploadId, long start, long length, Spool spool, long place, CancellationToken cancellationToken)
    {
        for (var done = 0L; done < length;)
        {
            if (await Rows.ReadAsync(uploadId, start + done, cancellationToken) is not { } bytes)
            {
                return false;
            }

            var piece = bytes[..(int)Math.Min(bytes.Length, length - done)];
            spool.Write(piece.Span, place + done);
            done += piece.Length;
        }

        return true;
    }

    /// <summary>
    /// Throws <see cref="S3RefusedException"/> or <see cref="FileNotFoundException"/> where a setting is wrong, <see cref="ContentUnavailableException"/>
    /// where the store is away.
    /// </summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (await Bucket.ExistsAsync(Prefix, cancellationToken))
        {
            return;
        }

        if (!_options.CreateBucket)
        {
            throw new FileNotFoundException($"The bucket {Bucket.Name} is not there. Make it, or set Content:S3:CreateBucket.");
        }

        await Bucket.CreateAsync(cancellationToken);
    }

    public void Dispose() => Bucket.Dispose();
}

/// <summary>The settings it takes from elsewhere.</summary>
internal sealed record S3StagingSetting(IOptions<ContentOptions> Content, IOptions<DataOptions> Data, IOptions<TusOptions> Tus);
