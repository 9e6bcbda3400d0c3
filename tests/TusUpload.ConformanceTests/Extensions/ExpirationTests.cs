using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.Data;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.ConformanceTests.Extensions;

/// <summary>expiration: unfinished uploads end.</summary>
public abstract class ExpirationTests(ConformanceServer server)
{
    private HttpClient Client => server.Http;

    [Fact]
    [Clause("expiration-1", "MUST", "Tus-Extension lists expiration.")]
    public async Task EXPIRATION_1_is_advertised() => Assert.Contains("expiration", await Client.ExtensionsAsync());

    [Fact]
    [Clause(
        "expiration-2", "MUST", "The answer to a PATCH carries Upload-Expires while the upload is unfinished.",
        Otherwise = "refusals leave it out: they do not tell of the upload's state, and HEAD does.")]
    public async Task EXPIRATION_2_answers_to_PATCH_tell_the_end()
    {
        var upload = await Client.CreateAsync(10);

        using var begun = await TusRequest.Patch(upload, 0, "hello").SendAsync(Client);
        using var refused = await TusRequest.Patch(upload, 4, "world").SendAsync(Client);
        using var complete = await TusRequest.Patch(upload, 5, "world").SendAsync(Client);

        Assert.NotNull(begun.Header("Upload-Expires"));
        Assert.Null(refused.Header("Upload-Expires"));
        Assert.Null(complete.Header("Upload-Expires"));
    }

    [Fact]
    [Clause("expiration-3", "MUST", "The answer to the POST carries Upload-Expires.")]
    public async Task EXPIRATION_3_the_answer_to_POST_tells_the_end()
    {
        using var alone = await TusRequest.Post(10).SendAsync(Client);
        using var withBytes = await TusRequest.Post(10).Body("hello").SendAsync(Client);

        Assert.All([alone, withBytes], answer => Assert.NotNull(answer.Header("Upload-Expires")));
    }

    [Fact]
    [Clause("expiration-4", "MUST", "Upload-Expires is a date as HTTP writes it, in the future.")]
    public async Task EXPIRATION_4_the_end_is_a_date_of_HTTP()
    {
        var upload = await Client.CreateAsync(10);
        using var patch = await TusRequest.Patch(upload, 0, "hello").SendAsync(Client);
        using var head = await Client.HeadAsync(upload);

        Assert.All([patch, head], answer =>
        {
            var end = DateTimeOffset.ParseExact(answer.Header("Upload-Expires")!, "R", CultureInfo.InvariantCulture);
            Assert.True(end > TimeProvider.System.GetUtcNow());
        });
    }

    [Fact]
    [Clause("expiration-5", "SHOULD", "An upload that has ended is answered 404 or 410.")]
    public async Task EXPIRATION_5_what_has_ended_is_not_there()
    {
        var upload = await ExpiredAsync();

        Assert.Contains(await new TusRequest("HEAD", upload).StatusAsync(Client), (int[])[404, 410]);
        Assert.Contains(await TusRequest.Patch(upload, 0, "hello").StatusAsync(Client), (int[])[404, 410]);
    }

    [Fact]
    [Clause(
        "expiration-6", "SHOULD", "A server that remembers what has ended answers 410 rather than 404.",
        Otherwise = "404 always: after a 410 the Android client does not start again, and after a 404 every client does.")]
    public async Task EXPIRATION_6_the_answer_is_404()
    {
        var upload = await ExpiredAsync();

        Assert.Equal(404, await new TusRequest("HEAD", upload).StatusAsync(Client));
        Assert.Equal(404, await TusRequest.Patch(upload, 0, "hello").StatusAsync(Client));
    }

    private async Task<Uri> ExpiredAsync()
    {
        var upload = await Client.CreateAsync(10);
        var id = upload.Id();
        var past = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        await using var db = await server.Services.GetRequiredService<IDbContextFactory<TusUploadDb>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        await db.Sessions.Where(session => session.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.ExpiresAt, past), TestContext.Current.CancellationToken);
        return upload;
    }
}

[Collection<OverHttp1>]
public sealed class ExpirationTestsOverHttp1(Http1Server server) : ExpirationTests(server);

[Collection<OverHttp2>]
public sealed class ExpirationTestsOverHttp2(Http2Server server) : ExpirationTests(server);

[Collection<ThroughNginx>]
public sealed class ExpirationTestsThroughNginx(NginxServer server) : ExpirationTests(server);

[Collection<ThroughHAProxy>]
public sealed class ExpirationTestsThroughHAProxy(HAProxyServer server) : ExpirationTests(server);

[Collection<ThroughCaddy>]
public sealed class ExpirationTestsThroughCaddy(CaddyServer server) : ExpirationTests(server);
