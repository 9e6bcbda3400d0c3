using BenchmarkDotNet.Attributes;

using TusUpload.Benchmarks.Work;

namespace TusUpload.Benchmarks;

/// <summary>1 MiB from the socket's pipe: bare, and with what each checksum adds.</summary>
[MemoryDiagnoser]
public class AppendBenchmarks
{
    private AppendWork _work = null!;

    [Params(false, true)]
    public bool Xxh128 { get; set; }

    [Params(false, true)]
    public bool Sha256 { get; set; }

    [GlobalSetup]
    public void SetUp() => _work = new AppendWork(Xxh128, Sha256, content: null);

    [Benchmark]
    public Task<long> Append() => _work.AppendAsync();

    [GlobalCleanup]
    public void CleanUp() => _work.Dispose();
}
