using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

using Microsoft.Extensions.DependencyInjection;

namespace TusUpload.UnitTests.Protocol.Metrics;

public sealed class TusMetricsTests
{
    [Fact]
    public async Task Requests_bytes_and_ends_are_counted()
    {
        var seen = new ConcurrentDictionary<string, long>();
        await using var server = await TusServer.StartAsync();
        var meters = server.Services.GetRequiredService<IMeterFactory>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "TusUpload.Protocol" && instrument.Meter.Scope == meters)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var key = string.Join(' ', [instrument.Name, .. tags.ToArray().Select(tag => tag.Value)]);
            seen.AddOrUpdate(key, value, (_, old) => old + value);
        });
        listener.Start();

        await server.TusAsync("PATCH", $"/uploads/{server.Store.Add(5)}", "hello", "Upload-Offset: 0");
        await server.TusAsync("PATCH", $"/uploads/{server.Store.Add(5)}", "hello", "Upload-Offset: 1");
        await TusServer.EventuallyAsync(() => server.Watch.Count == 0);

        Assert.Equal(1, seen["tus.requests patch ok"]);
        Assert.Equal(1, seen["tus.requests patch offset_mismatch"]);
        Assert.Equal(5, seen["tus.received"]);
        Assert.Equal(0, seen["tus.bodies.active"]);
        Assert.Equal(1, seen["tus.bodies.ended completed"]);
    }
}
