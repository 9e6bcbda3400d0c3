using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TusUpload.IntegrationTests.Harness;

/// <summary>A line to a server on this machine that can be cut, closed and opened again.</summary>
internal sealed class FaultyLine : IAsyncDisposable
{
    private readonly int _to;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _accepting;
    private long _untilCut = long.MaxValue;
    private long _untilSentCut = long.MaxValue;
    private bool _closes;

    public FaultyLine(int to)
    {
        _to = to;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public Uri Address => new($"http://127.0.0.1:{Port}");

    /// <summary>Closed: whoever connects is cut off at once.</summary>
    public bool IsClosed { get; set; }

    /// <summary>How often somebody connected to it while it was closed.</summary>
    public int Refused { get; private set; }

    /// <summary>So many bytes a second are sent over it on each connection; 0: none. Null: as they come.</summary>
    public int? BytesPerSecond { get; set; }

    /// <summary>How often it was cut by itself.</summary>
    public int Cuts { get; private set; }

    /// <summary>Cuts everything that runs over it, and lets nothing through any more.</summary>
    public void Close()
    {
        IsClosed = true;
        Cut();
    }

    /// <summary>Cuts itself, once, when so many more bytes have come back over it.</summary>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref _untilCut, bytes);

    /// <summary>Cuts itself, once, when so many more bytes have been sent over it.</summary>
    public void CutAfterSent(long bytes) => Interlocked.Exchange(ref _untilSentCut, bytes);

    /// <summary>Closes itself when so many more bytes have been sent over it: whoever tries again finds nobody.</summary>
    public void CloseAfterSent(long bytes)
    {
        _closes = true;
        CutAfterSent(bytes);
    }

    /// <summary>Lets everything through again.</summary>
    public void Open()
    {
        (_closes, IsClosed) = (false, false);
        CutAfter(long.MaxValue);
        CutAfterSent(long.MaxValue);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _ended.Dispose();
    }

    private void Cut()
    {
        foreach (var socket in _open.Keys)
        {
            socket.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(CancellationToken.None);
                _ = CarryAsync(client);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            if (IsClosed)
            {
                Refused++;
                return;
            }

            try
            {
                _open[client] = _open[server] = true;
                await server.ConnectAsync(IPAddress.Loopback, _to, CancellationToken.None);
                await Task.WhenAny(CopyAsync(client, server, isAnswer: false), CopyAsync(server, client, isAnswer: true));
            }
            catch (Exception cut) when (cut is SocketException or ObjectDisposedException)
            {
            }
            finally
            {
                _open.TryRemove(client, out _);
                _open.TryRemove(server, out _);
            }
        }
    }

    private Task PaceAsync(int bytes) => BytesPerSecond switch
    {
        null => Task.CompletedTask,
        0 => Task.Delay(Timeout.InfiniteTimeSpan, _ended.Token),
        { } rate => Task.Delay(TimeSpan.FromSeconds((double)bytes / rate), _ended.Token),
    };

    private async Task CopyAsync(Socket from, Socket to, bool isAnswer)
    {
        // No more at once than is paced well.
        var buffer = new byte[BytesPerSecond is null ? 64 * 1024 : 2 * 1024];
        try
        {
            int read;
            while ((read = await from.ReceiveAsync(buffer, SocketFlags.None, CancellationToken.None)) > 0)
            {
                if (!isAnswer)
                {
                    await PaceAsync(read);
                }

                if (Interlocked.Add(ref isAnswer ? ref _untilCut : ref _untilSentCut, -read) < 0)
                {
                    IsClosed |= _closes;
                    CutAfter(long.MaxValue);
                    CutAfterSent(long.MaxValue);
                    Cuts++;
                    Cut();
                    return;
                }

                await to.SendAsync(buffer.AsMemory(0, read), SocketFlags.None, CancellationToken.None);
            }
        }
        catch (Exception cut) when (cut is SocketException or ObjectDisposedException or OperationCanceledException)
        {
        }
    }
}
