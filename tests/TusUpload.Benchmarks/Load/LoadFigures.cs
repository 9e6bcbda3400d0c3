using System.Diagnostics;
using System.Text.Json;

namespace TusUpload.Benchmarks.Load;

/// <summary>What a load saw: how much in which time, how long each request took, what went wrong.</summary>
internal sealed class LoadFigures
{
    private readonly Lock _gate = new();
    private readonly List<double> _milliseconds = [];
    private readonly Dictionary<string, int> _errors = [];
    private long _bytes;

    public void Add(IReadOnlyList<double> milliseconds, long bytes)
    {
        lock (_gate)
        {
            _milliseconds.AddRange(milliseconds);
            _bytes += bytes;
        }
    }

    public void Fail(string what)
    {
        lock (_gate)
        {
            _errors[what] = _errors.GetValueOrDefault(what) + 1;
        }
    }

    /// <summary>One line of JSON: bytes, seconds, MB (1e6) a second, requests a second, milliseconds by percentile, CPU seconds of this process, errors.</summary>
    public string Write(TimeSpan taken)
    {
        _milliseconds.Sort();
        using var self = Process.GetCurrentProcess();
        return JsonSerializer.Serialize(new
        {
            bytes = _bytes,
            seconds = taken.TotalSeconds,
            mbps = _bytes / 1e6 / taken.TotalSeconds,
            rps = _milliseconds.Count / taken.TotalSeconds,
            p50 = At(0.50),
            p95 = At(0.95),
            p99 = At(0.99),
            driverCpu = self.TotalProcessorTime.TotalSeconds,
            errors = _errors,
        });
    }

    private double At(double share) => _milliseconds.Count == 0 ? 0 : _milliseconds[(int)Math.Min(_milliseconds.Count - 1, share * _milliseconds.Count)];
}
