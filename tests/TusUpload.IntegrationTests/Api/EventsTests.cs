using System.Net;
using System.Text.Json;

using TusUpload.IntegrationTests.Api.Places;
using TusUpload.IntegrationTests.Auth;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Links;

namespace TusUpload.IntegrationTests.Api;

public sealed class EventsTests(RunningServer server, PostgresServer postgres) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_told_from_its_creation_until_it_is_ready()
    {
        var client = server.ClientOf("listener");
        using var response = await OpenAsync(client, "/api/v1/events");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no", response.Headers.GetValues("X-Accel-Buffering").Single());
        await using var events = await EventReader.OpenAsync(response);

        var id = await server.UploadAsync([1, 2, 3], client: client);

        var told = await events.ReadUntilAsync("file.ready");
        Assert.Equal(["upload.created", "upload.received", "file.processing", "file.ready"], told.Select(entry => entry.Type));
        Assert.Equal(told.Select(entry => entry.Id).Order(), told.Select(entry => entry.Id));
        Assert.All(told, entry => Assert.Equal(id, entry.Data.GetProperty("subject").GetGuid()));
        Assert.All(told, entry => Assert.Equal(entry.Type, entry.Data.Text("type")));
    }

    [Fact]
    public async Task Who_comes_back_misses_nothing_and_hears_nothing_twice()
    {
        var client = server.ClientOf("returning");
        await client.WaitForFileAsync(await server.UploadAsync([1], client: client));
        List<Event> told;
        using (var first = await OpenAsync(client, "/api/v1/events?lastEventId=0"))
        {
            await using var events = await EventReader.OpenAsync(first);
            told = await events.ReadUntilAsync("file.ready");
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/events?lastEventId=0") { Headers = { { "Last-Event-ID", $"{told[1].Id}" } } };
        using var again = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        await using var rest = await EventReader.OpenAsync(again);

        Assert.Equal(told.Skip(2).Select(entry => entry.Id), (await rest.ReadUntilAsync("file.ready")).Select(entry => entry.Id));
    }

    [Fact]
    public async Task Only_the_wanted_types_are_sent_and_nobody_elses()
    {
        var client = server.ClientOf("choosy");
        using var response = await OpenAsync(client, "/api/v1/events?types=file.ready,file.rejected");
        await using var events = await EventReader.OpenAsync(response);

        await server.UploadAsync([1], client: server.ClientOf("stranger"));
        var id = await server.UploadAsync([1], client: client);

        var only = Assert.Single(await events.ReadUntilAsync("file.ready"));
        Assert.Equal(id, only.Data.GetProperty("subject").GetGuid());
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("-1")]
    public async Task An_id_that_is_none_is_refused(string id) => await (await server.Client.GetAsync($"/api/v1/events?lastEventId={id}", Ct))
        .IsProblemAsync(HttpStatusCode.BadRequest, "invalid_last_event_id");

    [Fact]
    public async Task A_stopping_server_does_not_wait_for_its_listeners()
    {
        var stopping = await RunningServer.StartAsync(postgres);
        using var response = await OpenAsync(stopping.Client, "/api/v1/events");
        await using var events = await EventReader.OpenAsync(response);

        var startedAt = TimeProvider.System.GetTimestamp();
        await stopping.DisposeAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(startedAt).TotalSeconds, 0, 15);
    }

    [Fact]
    public async Task A_stream_ends_with_what_it_was_asked_for_with()
    {
        await using var strict = await RunningServer.StartAsync(postgres, Tokens.Take);
        using var ann = strict.ClientWith(Tokens.Of("ann"));
        var (key, link) = (await ann.MakeKeyAsync("read"), await ann.MakeLinkAsync());
        using var program = strict.ClientWith(key.Text("key"));
        using var visitor = await strict.VisitorAsync(link);
        // Auth:Jwt:ClockSkew lets it in for some seconds more.
        using var late = strict.ClientWith(Tokens.Of("ann", validity: TimeSpan.FromSeconds(-25)));
        using var stays = await OpenAsync(ann, "/api/v1/events");
        var streams = new List<HttpResponseMessage>();
        foreach (var client in new[] { program, visitor, late })
        {
            streams.Add(await OpenAsync(client, "/api/v1/events"));
            Assert.Equal(HttpStatusCode.OK, streams[^1].StatusCode);
        }

        Assert.Equal(HttpStatusCode.NoContent, (await ann.DeleteAsync($"/api/v1/api-keys/{key.Text("id")}", Ct)).StatusCode);
        await ann.RevokeAsync(link);

        await Task.WhenAll(streams.Select(stream => stream.Content.ReadAsStringAsync(Ct))).WaitAsync(TimeSpan.FromSeconds(30), Ct);
        streams.ForEach(stream => stream.Dispose());
        await using var events = await EventReader.OpenAsync(stays);
        await ann.PostFileAsync("a file");
        await events.ReadUntilAsync("file.ready");
    }

    private static Task<HttpResponseMessage> OpenAsync(HttpClient client, string path) =>
        client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Ct);

    private sealed record Event(long Id, string Type, JsonElement Data);

    private sealed class EventReader(StreamReader lines) : IAsyncDisposable
    {
        /// <summary>Returns once the stream has begun, so that nothing that happens afterwards is missed.</summary>
        public static async Task<EventReader> OpenAsync(HttpResponseMessage response)
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Ct));
            Assert.StartsWith("retry: ", await lines.ReadLineAsync(Ct), StringComparison.Ordinal);
            return new(lines);
        }

        public async Task<List<Event>> ReadUntilAsync(string type)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            limit.CancelAfter(TimeSpan.FromSeconds(20));
            var (events, id, current) = (new List<Event>(), 0L, "");
            while (await lines.ReadLineAsync(limit.Token) is { } line)
            {
                var (field, value) = line.Split(": ", 2) is [var name, var text] ? (name, text) : (line, "");
                id = field == "id" ? long.Parse(value, System.Globalization.CultureInfo.InvariantCulture) : id;
                current = field == "event" ? value : current;
                if (field == "data" && current != "upload.progress")
                {
                    events.Add(new(id, current, JsonDocument.Parse(value).RootElement));
                    if (current == type)
                    {
                        return events;
                    }
                }
            }

            Assert.Fail($"The stream ended before {type}.");
            return events;
        }

        public ValueTask DisposeAsync()
        {
            lines.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
