using BenchmarkDotNet.Attributes;

using Microsoft.Extensions.Primitives;

using TusUpload.Benchmarks.Work;

namespace TusUpload.Benchmarks;

/// <summary>Headers, refusals and blocks: what every request pays.</summary>
[MemoryDiagnoser]
public class HotBenchmarks
{
    private readonly HotWork _work = new();

    [Benchmark]
    public object ReadMetadata() => _work.ReadMetadata();

    [Benchmark]
    public long ReadSize() => _work.ReadSize();

    [Benchmark]
    public StringValues FormatSize() => _work.FormatSize();

    [Benchmark]
    public Task WriteProblem() => _work.WriteProblem();

    [Benchmark]
    public int RentBlock() => _work.RentBlock();

    [GlobalCleanup]
    public void CleanUp() => _work.Dispose();
}
