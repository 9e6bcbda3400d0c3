using System.Collections.Concurrent;
using System.Security.Claims;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;

namespace TusUpload.UnitTests.Protocol;

/// <summary>A store in memory that can misbehave on order.</summary>
internal sealed class MemoryStore : ITusStore, ITusCreationStore, ITusDeferredLengthStore, ITusTerminationStore, ITusExpirationStore
{
    private readonly ConcurrentDictionary<Guid, Upload> _uploads = new();

    public TimeSpan ExpiresAfter => TimeSpan.FromHours(1);

    /// <summary>Thrown by every call while it is set.</summary>
    public Exception? Trouble { get; set; }

    /// <summary>Returned by every call while it is set.</summary>
    public TusError? Refusal { get; set; }

    /// <summary>Awaited after every piece that an append has read.</summary>
    public Func<Task>? AfterPiece { get; set; }

    /// <summary>The longest run of bytes that one read of a body gave.</summary>
    public int LongestSegment { get; private set; }

    public UploadMetadata? LastMetadata { get; private set; }

    public byte[] ContentOf(Guid id) => _uploads[id].Content.ToArray();

    public long OffsetOf(Guid id) => Interlocked.Read(ref _uploads[id].Offset);

    public bool Has(Guid id) => _uploads.ContainsKey(id);

    public Guid Add(long? length, string? metadata = null, string content = "")
    {
        var upload = new Upload { Length = length, Metadata = metadata, Offset = content.Length };
        upload.Content.Write(System.Text.Encoding.ASCII.GetBytes(content));
        var id = Guid.CreateVersion7();
        _uploads[id] = upload;
        return id;
    }

    public Task<TusResult<UploadInfo>> FindAsync(Guid uploadId, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        ThrowIfTroubled();
        return Task.FromResult<TusResult<UploadInfo>>(
            Refusal is { } refusal ? refusal : _uploads.TryGetValue(uploadId, out var upload) ? Info(uploadId, upload) : TusError.NotFound);
    }

    public async Task<TusResult<UploadInfo>> CreateAsync(CreateRequest request, TusBody? body, CancellationToken cancellationToken)
    {
        ThrowIfTroubled();
        if (Refusal is { } refusal)
        {
            return refusal;
        }

        LastMetadata = request.Metadata;
        var id = Add(request.Length, request.Metadata.Raw);
        if (body is not null)
        {
            await ReceiveAsync(_uploads[id], body);
        }

        return Info(id, _uploads[id]);
    }

    public async Task<TusResult<UploadInfo>> AppendAsync(AppendRequest request, TusBody body, CancellationToken cancellationToken)
    {
        ThrowIfTroubled();
        if (Refusal is { } refusal)
        {
            return refusal;
        }

        if (!_uploads.TryGetValue(request.UploadId, out var upload))
        {
            return TusError.NotFound;
        }

        if (upload.Offset != request.Offset)
        {
            return new TusResult<UploadInfo>(Info(request.UploadId, upload), TusError.OffsetMismatch);
        }

        if (body.Length > upload.Length - upload.Offset)
        {
            return TusError.BodyTooLong;
        }

        await ReceiveAsync(upload, body);
        return new TusResult<UploadInfo>(Info(request.UploadId, upload), StatusPolicy.ForBody(body.End));
    }

    public Task<TusResult<DeclaredLength>> DeclareLengthAsync(AppendRequest request, long length, CancellationToken cancellationToken)
    {
        ThrowIfTroubled();
        return Task.FromResult(Declare(request, length));
    }

    public Task<TusResult<UploadInfo>> TerminateAsync(Guid uploadId, ClaimsPrincipal caller, CancellationToken cancellationToken)
    {
        ThrowIfTroubled();
        return Task.FromResult<TusResult<UploadInfo>>(
            Refusal is { } refusal ? refusal : _uploads.TryRemove(uploadId, out var upload) ? Info(uploadId, upload) : TusError.NotFound);
    }

    private TusResult<DeclaredLength> Declare(AppendRequest request, long length)
    {
        if (!_uploads.TryGetValue(request.UploadId, out var upload))
        {
            return TusError.NotFound;
        }

        if (upload.Length is { } known)
        {
            return known == length ? new DeclaredLength(Info(request.UploadId, upload), false) : TusError.LengthAlreadySet;
        }

        if (upload.Offset != request.Offset)
        {
            return TusError.OffsetMismatch;
        }

        upload.Length = length;
        return new DeclaredLength(Info(request.UploadId, upload), upload.Offset == length);
    }

    private async Task ReceiveAsync(Upload upload, TusBody body)
    {
        if (upload.Length is { } length)
        {
            body.Limit = length - upload.Offset;
        }

        while (true)
        {
            var bytes = await body.ReadAsync();
            if (bytes.IsEmpty)
            {
                return;
            }

            foreach (var segment in bytes)
            {
                upload.Content.Write(segment.Span);
                LongestSegment = Math.Max(LongestSegment, segment.Length);
            }

            Interlocked.Add(ref upload.Offset, bytes.Length);
            body.Advance(bytes);
            await (AfterPiece?.Invoke() ?? Task.CompletedTask);
        }
    }

    private void ThrowIfTroubled()
    {
        if (Trouble is { } trouble)
        {
            throw trouble;
        }
    }

    private static UploadInfo Info(Guid id, Upload upload) => new(
        id, upload.Offset, upload.Length, upload.Metadata, upload.Offset == upload.Length ? null : DateTimeOffset.UnixEpoch.AddDays(365));

    private sealed class Upload
    {
        public long Offset;

        public MemoryStream Content { get; } = new();

        public long? Length { get; set; }

        public string? Metadata { get; init; }
    }
}
