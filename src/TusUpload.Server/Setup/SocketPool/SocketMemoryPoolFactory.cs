using System.Buffers;
using System.Diagnostics.Metrics;

using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace TusUpload.Server.Setup.SocketPool;

/// <summary>Gives the web server pools with large blocks, trims them and shows how they are used.</summary>
internal sealed class SocketMemoryPoolFactory : IMemoryPoolFactory<byte>, IDisposable
{
    private readonly ITimer _trim;

    public SocketMemoryPoolFactory(IOptions<SocketPoolOptions> options, TimeProvider time, IMeterFactory meters)
    {
        var settings = options.Value;
        Blocks = new SocketBlocks(settings.BlockSize, settings.MaxIdleBlocks);
        _trim = time.CreateTimer(static blocks => ((SocketBlocks)blocks!).Trim(), Blocks, settings.TrimInterval, settings.TrimInterval);

        var meter = meters.Create("TusUpload.Server.SocketPool");
        meter.CreateObservableUpDownCounter("tus.socket_pool.rented", () => Blocks.Rented, "{block}", "Blocks that connections hold.");
        meter.CreateObservableUpDownCounter("tus.socket_pool.idle", () => (long)Blocks.Idle, "{block}", "Blocks kept for later.");
        meter.CreateObservableCounter(
            "tus.socket_pool.double_returns", () => Blocks.DoubleReturns, "{block}", "Blocks returned twice, which were ignored.");
    }

    internal SocketBlocks Blocks { get; }

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new SocketMemoryPool(Blocks);

    public void Dispose() => _trim.Dispose();
}
