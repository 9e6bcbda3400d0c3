namespace TusUpload.Protocol.Checksums;

/// <summary>A way to make a checksum, by the name that Upload-Checksum calls it.</summary>
public sealed class ChecksumAlgorithm
{
    private readonly Func<RunningChecksum> _start;

    internal ChecksumAlgorithm(string name, int size, Func<RunningChecksum> start)
    {
        (Name, Size, _start) = (name, size, start);
    }

    /// <summary>Lower-case ASCII.</summary>
    public string Name { get; }

    /// <summary>Bytes of a checksum.</summary>
    public int Size { get; }

    /// <summary>Begins a checksum that has seen nothing yet.</summary>
    public RunningChecksum Start() => _start();
}
