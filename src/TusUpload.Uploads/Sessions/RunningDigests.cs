using System.Collections.Concurrent;
using System.Security.Cryptography;

using Microsoft.Extensions.Options;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// SHA-256 made while bytes arrive, kept between the requests of an upload. Only worth something while this process sees every byte in order;
/// where it did not, verify reads the file once more.
/// </summary>
internal sealed class RunningDigests(IOptions<SessionOptions> options) : IDisposable
{
    private readonly ConcurrentDictionary<Guid, RunningDigest> _kept = new();

    /// <summary>Takes the digest that has seen exactly the bytes before <paramref name="offset"/>; null when there is none.</summary>
    public RunningDigest? Take(Guid uploadId, long offset)
    {
        if (offset == 0)
        {
            Drop(uploadId);
            return new();
        }

        if (!_kept.TryRemove(uploadId, out var digest))
        {
            return null;
        }

        if (digest.Position == offset)
        {
            return digest;
        }

        digest.Dispose();
        return null;
    }

    /// <summary>Keeps it for the next request; when there are too many it is let go.</summary>
    public void Keep(Guid uploadId, RunningDigest digest)
    {
        if (_kept.Count >= options.Value.RunningDigests || !_kept.TryAdd(uploadId, digest))
        {
            digest.Dispose();
        }
    }

    public void Drop(Guid uploadId)
    {
        if (_kept.TryRemove(uploadId, out var digest))
        {
            digest.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (var id in _kept.Keys)
        {
            Drop(id);
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
