using BenchmarkDotNet.Running;

using TusUpload.Benchmarks;
using TusUpload.Benchmarks.Limit;
using TusUpload.Benchmarks.Load;

switch (args)
{
    case ["load", .. var rest]:
        return LoadProgram.Run(rest);
    case ["limit", .. var rest]:
        await LimitServer.RunAsync(rest);
        return 0;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(HotBenchmarks).Assembly).Run(args);
        return 0;
}
