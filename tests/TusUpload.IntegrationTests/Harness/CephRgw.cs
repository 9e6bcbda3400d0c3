using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

using TusUpload.IntegrationTests.Harness;
using TusUpload.UnitTests.Architecture;

[assembly: AssemblyFixture(typeof(CephRgw))]

namespace TusUpload.IntegrationTests.Harness;

/// <summary>
/// A real S3 object store, Ceph's gateway, for all tests of a run. It starts with the first test that asks for it, see <see cref="RequireAsync"/>, and
/// everything in it lies in memory: keep what tests put there small.
/// </summary>
public sealed class CephRgw : IAsyncDisposable
{
    public const string AccessKey = "testkey";
    public const string SecretKey = "testsecret";

    private const int NotInstalled = 3;
    private const int PortTaken = 4;
    private const int Attempts = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TestFolder _folder = new();
    private readonly ConcurrentQueue<string> _said = new();
    private readonly Lazy<Task<int>> _started;
    private Process? _process;

    public CephRgw() => _started = new(StartAsync);

    /// <summary>The gateway's port on 127.0.0.1; after <see cref="RequireAsync"/>.</summary>
    public int Port { get; private set; }

    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>Skips the test where the programs are not installed; where nothing may be skipped, fails it.</summary>
    public async Task RequireAsync()
    {
        var status = await _started.Value;
        if (status == NotInstalled)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "Ceph is not installed.");
            Assert.Skip("Ceph (ceph-mon, ceph-osd, radosgw) is not installed.");
        }

        Assert.True(status == 0, $"Ceph does not start ({status}):\n{string.Join('\n', _said)}");
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await _folder.DisposeAsync();
    }

    private async Task<int> StartAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            // Below the ports that the system gives away, since the script needs the twenty after it too.
            Port = Random.Shared.Next(1000, 1500) * 20;
            var status = await RunAsync();
            if (status != PortTaken || attempt == Attempts)
            {
                return status;
            }
        }
    }

    /// <summary>0 when the gateway answers.</summary>
    private async Task<int> RunAsync()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var script = Path.Combine(Repository.Root, "tests", "tools", "ceph-rgw.sh");
        _process = new Process
        {
            StartInfo = new("bash", [script, _folder.File("ceph"), Port.ToString(CultureInfo.InvariantCulture)])
            {
                UseShellExecute = false,
                RedirectStandardInput = true, // it ends with us
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        _process.OutputDataReceived += (_, line) => Said(line.Data);
        _process.ErrorDataReceived += (_, line) => Said(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        using var limit = new CancellationTokenSource(Patience);
        var ended = _process.WaitForExitAsync(limit.Token);
        await Task.WhenAny(ready.Task, ended);
        return ready.Task.IsCompletedSuccessfully ? 0 : ended.IsCompletedSuccessfully ? _process.ExitCode : -1;

        void Said(string? line)
        {
            _said.Enqueue(line ?? "");
            if (line?.StartsWith("ready", StringComparison.Ordinal) == true)
            {
                ready.TrySetResult();
            }
        }
    }

    private async Task EndAsync()
    {
        if (_process is null)
        {
            return;
        }

        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }
}
