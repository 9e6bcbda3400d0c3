using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

using TusUpload.UnitTests.Architecture;

namespace TusUpload.IntegrationTests.Harness.Proxies;

/// <summary>A proxy that runs with its file of config/proxies, on a free port, until it is disposed of.</summary>
public sealed class ProxyProcess : IAsyncDisposable
{
    private const int Attempts = 5;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly TestFolder _folder;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();

    private ProxyProcess(ProxyKind kind, TestFolder folder, ProxyPlace place)
    {
        (_folder, Place) = (folder, place);
        var start = new ProcessStartInfo(kind.Path!, kind.Arguments(place))
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = place.Folder,
            Environment = { ["HOME"] = place.Folder, ["XDG_DATA_HOME"] = place.Folder, ["XDG_CONFIG_HOME"] = place.Folder },
        };
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public ProxyPlace Place { get; }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public Uri Address => new($"https://localhost:{Place.Port}");

    /// <param name="upstream">The port of the server behind it.</param>
    public static async Task<ProxyProcess> StartAsync(ProxyKind kind, int upstream)
    {
        for (var attempt = 1; ; attempt++)
        {
            var folder = new TestFolder();
            var place = new ProxyPlace(folder.FullPath, folder.File(kind.File), FreePort(), upstream, new TestCertificate(folder.FullPath));
            await File.WriteAllTextAsync(place.File, Configure(kind, place), Ct);
            var proxy = new ProxyProcess(kind, folder, place);
            if (await proxy.ListensAsync())
            {
                return proxy;
            }

            var said = string.Join('\n', proxy._said);
            await proxy.DisposeAsync();

            // Somebody else may have taken the port meanwhile.
            Assert.True(attempt < Attempts, $"{kind.Name} does not start with its file of config/proxies:\n{said}");
        }
    }

    /// <summary>A client that speaks one version of HTTP to it, and believes its certificate only.</summary>
    public HttpClient NewClient(Version version) => TlsClient.To(Address, version, Place.Certificate);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        await _folder.DisposeAsync();
    }

    private static string Configure(ProxyKind kind, ProxyPlace place)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "config", "proxies", kind.File));
        foreach (var (part, instead) in kind.Edits(place))
        {
            Assert.Equal(2, text.Split(part).Length);
            text = text.Replace(part, instead, StringComparison.Ordinal);
        }

        return text;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<bool> ListensAsync()
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (!_process.HasExited && TimeProvider.System.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(20))
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, Place.Port, Ct);
                return true;
            }
            catch (SocketException)
            {
                await Task.Delay(Pause, Ct);
            }
        }

        return false;
    }
}
