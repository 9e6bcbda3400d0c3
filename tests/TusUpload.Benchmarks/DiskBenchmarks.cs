using BenchmarkDotNet.Attributes;

using TusUpload.Benchmarks.Work;

namespace TusUpload.Benchmarks;

/// <summary>1 MiB to the disk content, and what making it durable adds.</summary>
[MemoryDiagnoser]
public class DiskBenchmarks
{
    private DiskWork _disk = null!;
    private AppendWork _append = null!;

    [Params("os", "fsync")]
    public string Durability { get; set; } = "os";

    [GlobalSetup]
    public void SetUp()
    {
        _disk = new DiskWork(Durability);
        _append = new AppendWork(checksum: false, digest: false, _disk.Writer);
    }

    [Benchmark]
    public async Task<long> Write()
    {
        var written = await _append.AppendAsync();
        await _disk.Writer.FlushAsync(CancellationToken.None);
        return written;
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _append.Dispose();
        _disk.Dispose();
    }
}
