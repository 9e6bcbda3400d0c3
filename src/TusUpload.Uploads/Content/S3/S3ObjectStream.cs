using Amazon.S3.Model;

namespace TusUpload.Uploads.Content.S3;

/// <summary>
/// An object's first bytes, one ranged request at a time. A connection that breaks is followed by another one where it broke; only so many in a row
/// that bring nothing.
/// </summary>
internal sealed class S3ObjectStream : ContentStream
{
    private const int Attempts = 4;

    private readonly S3Bucket _bucket;
    private readonly string _key;
    private GetObjectResponse? _answer;
    private long _position;

    private S3ObjectStream(S3Bucket bucket, string key, long length) => (_bucket, _key, Length) = (bucket, key, length);

    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set
        {
            if (value != _position)
            {
                Close(ref _answer);
                _position = value;
            }
        }
    }

    /// <summary>Throws <see cref="FileNotFoundException"/> when it is not there, or not so long.</summary>
    public static async ValueTask<Stream> OpenAsync(S3Bucket bucket, string key, long length, CancellationToken cancellationToken) =>
        await bucket.LengthAsync(key, cancellationToken) >= length
            ? new S3ObjectStream(bucket, key, length)
            : throw new FileNotFoundException("The object is gone.");

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position >= Length)
        {
            return 0;
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _answer ??= await _bucket.GetAsync(_key, _position, Length, cancellationToken)
                    ?? throw new FileNotFoundException("The object is gone.");
                var read = await _answer.ResponseStream.ReadAsync(buffer, cancellationToken);
                if (read > 0)
                {
                    _position += read;
                    return read;
                }

                throw new EndOfStreamException("The object ended early.");
            }
            catch (Exception trouble) when (attempt < Attempts && IsBroken(trouble) && !cancellationToken.IsCancellationRequested)
            {
                Close(ref _answer);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        Close(ref _answer);
        base.Dispose(disposing);
    }

    // Asking has had its own tries; what breaks here is an answer that had begun.
    private static bool IsBroken(Exception trouble) =>
        trouble is (IOException and not ContentUnavailableException and not FileNotFoundException) or HttpRequestException or OperationCanceledException;

    private static void Close(ref GetObjectResponse? answer)
    {
        answer?.Dispose();
        answer = null;
    }
}
