using BenchmarkDotNet.Attributes;

using TusUpload.Protocol.Checksums;

namespace TusUpload.Benchmarks;

/// <summary>1 MiB through each algorithm of Upload-Checksum: what a body costs whose checksum is not made anyway.</summary>
[MemoryDiagnoser]
public class ChecksumBenchmarks
{
    private const int Size = 1 << 20;
    private const int Block = 64 * 1024;

    private readonly byte[] _block = new byte[Block];

    [Params("sha1", "sha256", "sha512", "md5", "crc32c", "xxh128")]
    public string Algorithm { get; set; } = "";

    [Benchmark]
    public byte[] Checksum()
    {
        using var running = ChecksumAlgorithms.Find(Algorithm)!.Start();
        for (var sent = 0; sent < Size; sent += Block)
        {
            running.Append(_block);
        }

        return running.Finish();
    }
}
