using BenchmarkDotNet.Running;

using TusUpload.Benchmarks;

BenchmarkSwitcher.FromAssembly(typeof(HotBenchmarks).Assembly).Run(args);
