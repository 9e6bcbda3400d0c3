using System.Collections.Concurrent;

using Microsoft.Extensions.DependencyInjection;

using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;
using TusUpload.Protocol;

namespace TusUpload.ConformanceTests.Ietf;

/// <summary>What the application hears of uploads that both protocols meet in.</summary>
public sealed class CompletionEventTests(PostgresServer postgres)
{
    [Theory]
    [Clause("ietf-tus-5", "MUST", "The application hears once that an upload is complete, whatever request of whichever protocol completed it.")]
    [InlineData("a tus PATCH without bytes")]
    [InlineData("a tus HEAD")]
    [InlineData("an append without bytes")]
    [InlineData("a length that is the offset")]
    public async Task IETF_TUS_5_the_application_hears_once_of_the_end(string way)
    {
        var complete = new ConcurrentQueue<Guid>();
        await using var server = await RunningServer.StartAsync(postgres, services: services => services.Configure<TusOptions>(
            options => options.Events.OnFileComplete = context =>
            {
                complete.Enqueue(context.UploadId);
                return Task.CompletedTask;
            }));
        var client = server.Client;
        var upload = await IetfRequests.MakeAsync(client, length: way.StartsWith("a length", StringComparison.Ordinal) ? null : 5);
        Assert.Equal(204, await IetfRequests.Append(upload, 0, false, "hello").StatusAsync(client));
        Assert.Empty(complete);

        foreach (var _ in Enumerable.Range(0, 2))
        {
            Assert.InRange(await LastOf(way, upload).StatusAsync(client), 200, 204);
        }

        Assert.Equal([upload.Id()], complete);
    }

    private static TusRequest LastOf(string way, Uri upload) => way switch
    {
        "a tus PATCH without bytes" => TusRequest.Patch(upload, 5, ""),
        "a tus HEAD" => new TusRequest("HEAD", upload),
        _ => IetfRequests.Append(upload, 5, true, ""),
    };
}
