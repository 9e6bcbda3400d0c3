using System.Diagnostics;
using System.Net;

using TusUpload.IntegrationTests.Auth;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Links;

/// <summary>What is another's is not told from what is not there: neither by a word nor by the time it takes.</summary>
public sealed class OthersUploadTests(LinkServer server) : IClassFixture<LinkServer>
{
    private const int Rounds = 50;

    // By request and by the moment, whoever asks.
    private static readonly string[] OwnHeaders = ["Date", "X-Request-ID"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Anothers_upload_is_answered_like_one_that_is_not_there()
    {
        using var ann = server.ClientWith(Tokens.Of("others-ann"));
        var link = await ann.MakeLinkAsync();
        using var visitor = await server.VisitorAsync(link);
        using var neighbour = await server.VisitorAsync(link);
        using var bob = server.ClientWith(Tokens.Of("others-bob"));
        var upload = await visitor.CreateAsync(10);
        using var begun = await visitor.PatchAsync(upload, 0, [1, 2]);
        Assert.Equal(HttpStatusCode.NoContent, begun.StatusCode);

        foreach (var stranger in new[] { neighbour, bob })
        {
            foreach (var ask in Asks())
            {
                await TellsNothingAsync(stranger, ask, upload.Id());
            }
        }
    }

    private static IEnumerable<Func<HttpClient, Guid, Task<HttpResponseMessage>>> Asks()
    {
        static Uri Upload(Guid id) => new($"/uploads/{id}", UriKind.Relative);
        yield return (client, id) => client.HeadAsync(Upload(id));
        yield return (client, id) => client.PatchAsync(Upload(id), 2, [3]);
        yield return (client, id) => client.TerminateAsync(Upload(id));
        yield return (client, id) => client.GetAsync($"/api/v1/uploads/{id}", Ct);
        yield return (client, id) => client.DeleteAsync($"/api/v1/uploads/{id}", Ct);
        yield return (client, id) => client.GetAsync($"/api/v1/files/{id}", Ct);
    }

    private static async Task TellsNothingAsync(HttpClient stranger, Func<HttpClient, Guid, Task<HttpResponseMessage>> ask, Guid theirs)
    {
        var (known, unknown) = (new List<double>(), new List<double>());
        for (var i = 0; i < Rounds; i++)
        {
            var (answer, took) = await TimeAsync(() => ask(stranger, theirs));
            var (nothing, tookNothing) = await TimeAsync(() => ask(stranger, Guid.CreateVersion7()));
            Assert.StartsWith("404 ", answer, StringComparison.Ordinal);
            Assert.Equal(nothing, answer);
            known.Add(took);
            unknown.Add(tookNothing);
        }

        Assert.InRange(known.Order().ElementAt(Rounds / 2) / unknown.Order().ElementAt(Rounds / 2), 1 / 3.0, 3);
    }

    private static async Task<(string Answer, double Milliseconds)> TimeAsync(Func<Task<HttpResponseMessage>> ask)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await ask();
        var body = await answer.Content.ReadAsStringAsync(Ct);
        var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(header => !OwnHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
            .Select(header => $"{header.Key}: {string.Join(',', header.Value)}").Order(StringComparer.Ordinal);
        return ($"{(int)answer.StatusCode} {string.Join('\n', headers)}\n{body}", took);
    }
}
