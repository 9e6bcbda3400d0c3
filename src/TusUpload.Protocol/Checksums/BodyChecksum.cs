using TusUpload.Protocol.Errors;

namespace TusUpload.Protocol.Checksums;

/// <summary>
/// What a body must hash to. A store keeps bytes of such a body only after <see cref="Check"/> has said so of all of them, so it commits
/// none of them before; a body that did not come whole cannot be checked, and nothing of it is kept.
/// </summary>
public sealed class BodyChecksum
{
    private readonly Func<ChecksumReading>? _trailer;
    private byte[] _expected = [];

    /// <summary>A checksum that is known before the body.</summary>
    /// <param name="expected">As many bytes as the algorithm makes.</param>
    public BodyChecksum(ChecksumAlgorithm algorithm, byte[] expected)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        ArgumentNullException.ThrowIfNull(expected);
        if (expected.Length != algorithm.Size)
        {
            throw new ArgumentException("A checksum has as many bytes as its algorithm makes.", nameof(expected));
        }

        (Algorithm, _expected) = (algorithm, expected);
    }

    /// <summary>One that comes after the body.</summary>
    internal BodyChecksum(Func<ChecksumReading> trailer) => _trailer = trailer;

    /// <summary>Null as long as the checksum has not come.</summary>
    public ChecksumAlgorithm? Algorithm { get; private set; }

    /// <summary>What a mismatch is answered with; a protocol may have its own word for it.</summary>
    public TusError Mismatch { get; init; } = TusError.ChecksumMismatch;

    /// <summary>Why nothing of the body is kept; null before the check, and after one that passed.</summary>
    public TusError? Refusal { get; private set; }

    /// <summary>
    /// To be called when the body is whole: reads a checksum that came after it. False: there is none that can be used, see
    /// <see cref="Refusal"/>.
    /// </summary>
    public bool TryArrive()
    {
        if (Algorithm is null && _trailer is not null)
        {
            (Algorithm, _expected, Refusal) = _trailer();
        }

        return Refusal is null;
    }

    /// <summary>Compares with what the body hashes to; false sets <see cref="Refusal"/>.</summary>
    public bool Check(ReadOnlySpan<byte> actual)
    {
        Refusal = actual.SequenceEqual(_expected) ? null : Mismatch;
        return Refusal is null;
    }
}
