using System.Security.Cryptography;

using Microsoft.Extensions.Options;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// SHA-256 made while bytes arrive, kept between the requests of an upload. Only worth something while this process sees every byte in order;
/// where it did not, verify reads the file once more. Nobody tells this process of an upload that went on at another one, so when there are too many the one
/// that has waited longest goes.
/// </summary>
internal sealed class RunningDigests(IOptions<SessionOptions> options) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, LinkedListNode<(Guid UploadId, RunningDigest Digest)>> _kept = [];
    private readonly LinkedList<(Guid UploadId, RunningDigest Digest)> _byAge = new();

    /// <summary>Takes the digest that has seen exactly the bytes before <paramref name="offset"/>; null when there is none.</summary>
    public RunningDigest? Take(Guid uploadId, long offset)
    {
        var digest = Remove(uploadId);
        if (digest?.Position == offset && offset > 0)
        {
            return digest;
        }

        digest?.Dispose();
        return offset == 0 ? new() : null;
    }

    /// <summary>Keeps it for the next request.</summary>
    public void Keep(Guid uploadId, RunningDigest digest)
    {
        RunningDigest? gone = null;
        lock (_lock)
        {
            if (options.Value.RunningDigests == 0 || _kept.ContainsKey(uploadId))
            {
                gone = digest;
            }
            else
            {
                _kept[uploadId] = _byAge.AddLast((uploadId, digest));
                if (_kept.Count > options.Value.RunningDigests)
                {
                    gone = Remove(_byAge.First!.Value.UploadId);
                }
            }
        }

        gone?.Dispose();
    }

    public void Drop(Guid uploadId) => Remove(uploadId)?.Dispose();

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var (_, digest) in _byAge)
            {
                digest.Dispose();
            }

            _byAge.Clear();
            _kept.Clear();
        }
    }

    private RunningDigest? Remove(Guid uploadId)
    {
        lock (_lock)
        {
            if (!_kept.Remove(uploadId, out var node))
            {
                return null;
            }

            _byAge.Remove(node);
            return node.Value.Digest;
        }
    }
}

/// <summary>A SHA-256 on its way, and how many bytes it has seen.</summary>
internal sealed class RunningDigest : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public long Position { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        Position += bytes.Length;
    }

    /// <summary>The SHA-256 of the bytes so far; the digest goes on.</summary>
    public byte[] Current() => _hash.GetCurrentHash();

    /// <summary>64 lower hexadecimal digits; the digest starts over.</summary>
    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();
}
