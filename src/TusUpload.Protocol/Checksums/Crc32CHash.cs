using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;

namespace TusUpload.Protocol.Checksums;

/// <summary>CRC-32C (Castagnoli), which the processor has an instruction for. Four bytes, the highest first.</summary>
internal sealed class Crc32CHash() : NonCryptographicHashAlgorithm(Size)
{
    public const int Size = sizeof(uint);

    private uint _state = uint.MaxValue;

    public override void Append(ReadOnlySpan<byte> source)
    {
        var state = _state;
        var words = MemoryMarshal.Cast<byte, ulong>(source);
        foreach (var word in words)
        {
            // The instruction takes the lowest byte first, and so the bytes in their order only from a little-endian word.
            state = BitOperations.Crc32C(state, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (var rest in source[(words.Length * sizeof(ulong))..])
        {
            state = BitOperations.Crc32C(state, rest);
        }

        _state = state;
    }

    public override void Reset() => _state = uint.MaxValue;

    protected override void GetCurrentHashCore(Span<byte> destination) => BinaryPrimitives.WriteUInt32BigEndian(destination, ~_state);
}
