using System.Net;
using System.Net.Http.Json;

using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Idempotency;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;
using TusUpload.Pipeline.Janitors;

namespace TusUpload.IntegrationTests.Api;

/// <summary>Requests that make something and come twice, with the same Idempotency-Key.</summary>
public sealed class IdempotencyTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Batches = "/api/v1/batches";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_that_comes_again_is_answered_as_before_and_not_done_again()
    {
        var client = server.ClientOf("twice");
        using var first = await SendAsync(client, Batches, "k1", new { expectedFiles = 3 });
        using var second = await SendAsync(client, Batches, "k1", new { expectedFiles = 3 });

        var text = await first.Content.ReadAsStringAsync(Ct);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal("true", second.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(first.Content.Headers.ContentType, second.Content.Headers.ContentType);
        Assert.Equal(text, await second.Content.ReadAsStringAsync(Ct));
        Assert.Single((await client.GetJsonAsync(Batches)).Ids());
    }

    [Fact]
    public async Task Of_twenty_that_come_at_once_one_makes_it()
    {
        var client = server.ClientOf("twenty");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync(client, Batches, "race", new { expectedFiles = 1 })));

        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict, $"{answer.StatusCode}"));
        Assert.All(
            answers.Where(answer => answer.StatusCode == HttpStatusCode.Conflict), answer => Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta));
        Assert.Single(answers.Where(answer => answer.StatusCode == HttpStatusCode.Created).Select(answer => answer.Headers.Location).Distinct());
        Assert.Single((await client.GetJsonAsync(Batches)).Ids());
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Fact]
    public async Task Another_body_another_caller_and_another_address_are_other_requests()
    {
        var client = server.ClientOf("others");
        using var first = await SendAsync(client, Batches, "k1", new { expectedFiles = 3 });

        await (await SendAsync(client, Batches, "k1", new { expectedFiles = 4 })).IsProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
        using var other = await SendAsync(server.ClientOf("others-2"), Batches, "k1", new { expectedFiles = 3 });
        Assert.Equal(HttpStatusCode.Created, other.StatusCode);
        Assert.NotEqual(first.Headers.Location, other.Headers.Location);
        await (await SendAsync(client, $"/api/v1/files/{Guid.CreateVersion7()}/copy", "k1", new { expectedFiles = 3 }))
            .IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
    }

    [Fact]
    public async Task A_refusal_is_given_again_too()
    {
        using var first = await SendAsync(server.Client, Batches, "refused", new { expectedFiles = 0 });
        using var second = await SendAsync(server.Client, Batches, "refused", new { expectedFiles = 0 });

        Assert.Equal("true", second.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal("invalid_expected_files", await second.CodeAsync());
        Assert.Equal("application/problem+json", second.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData(null)]
    public async Task A_key_that_is_none_is_refused(string? key) =>
        await (await SendAsync(server.Client, Batches, key ?? new string('x', 256), new { }))
            .IsProblemAsync(HttpStatusCode.BadRequest, "invalid_idempotency_key");

    [Fact]
    public async Task What_a_client_does_not_wait_for_is_done_once_all_the_same()
    {
        var client = server.ClientOf("impatient");
        await client.GetJsonAsync("/api/v1/usage");
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await using var connection = await database.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using var hold = new NpgsqlCommand("SELECT id FROM tus_upload.workspaces WHERE user_id = 'impatient' FOR UPDATE", connection, transaction);
        Assert.NotNull(await hold.ExecuteScalarAsync(Ct));

        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(Ct))
        {
            var first = SendAsync(client, Batches, "k1", new { expectedFiles = 2 }, patience.Token);
            await Eventually.FindAsync<object>(
                async () => (await CountAsync("SELECT count(*) FROM tus_upload.idempotency_keys WHERE subject = 'impatient'")) == 1 ? "" : null, "the claim");
            await (await SendAsync(client, Batches, "k1", new { expectedFiles = 2 })).IsProblemAsync(HttpStatusCode.Conflict, "idempotency_in_progress");
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        }

        await transaction.CommitAsync(Ct);
        using var again = await Eventually.FindAsync(
            async () => await SendAsync(client, Batches, "k1", new { expectedFiles = 2 }) is { StatusCode: HttpStatusCode.Created } done ? done : null,
            "the first request to end");
        Assert.Equal("true", again.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal(again.Headers.Location!.ToString().Split('/')[^1], (await client.GetJsonAsync(Batches)).Ids().Single().ToString());
    }

    [Fact]
    public async Task A_claim_of_a_process_that_died_is_taken_after_half_a_minute_and_its_owner_keeps_nothing_any_more()
    {
        var keys = server.Services.GetRequiredService<IdempotencyKeys>();
        var client = server.ClientOf("dead");
        using var lost = await SendAsync(client, Batches, "k1", new { expectedFiles = 2 });
        var request = new IdempotentRequest("dead", $"POST {Batches}", "k1");
        await ExecuteAsync("UPDATE tus_upload.idempotency_keys SET status = NULL, body = NULL WHERE subject = 'dead'");
        await (await SendAsync(client, Batches, "k1", new { expectedFiles = 2 })).IsProblemAsync(HttpStatusCode.Conflict, "idempotency_in_progress");

        await ExecuteAsync("UPDATE tus_upload.idempotency_keys SET created_at = created_at - interval '31 seconds' WHERE subject = 'dead'");
        var claimedAt = await ScalarAsync<DateTime>("SELECT created_at FROM tus_upload.idempotency_keys WHERE subject = 'dead'");
        await (await SendAsync(client, Batches, "k1", new { expectedFiles = 5 })).IsProblemAsync(HttpStatusCode.UnprocessableEntity, "idempotency_key_reused");
        using var taken = await SendAsync(client, Batches, "k1", new { expectedFiles = 2 });

        Assert.Equal(HttpStatusCode.Created, taken.StatusCode);
        Assert.False(taken.Headers.Contains("Idempotency-Replayed"));
        Assert.False(await keys.KeepAsync(request, claimedAt, new(201, "late", null, null), Ct));
        await keys.ReleaseAsync(request, claimedAt, Ct);
        using var again = await SendAsync(client, Batches, "k1", new { expectedFiles = 2 });
        Assert.Equal(taken.Headers.Location, again.Headers.Location);
    }

    [Fact]
    public async Task An_answer_is_forgotten_after_its_day_and_its_row_removed()
    {
        var client = server.ClientOf("forgotten");
        using var first = await SendAsync(client, Batches, "k1", new { });
        using var second = await SendAsync(client, Batches, "k2", new { });
        await ExecuteAsync("UPDATE tus_upload.idempotency_keys SET created_at = created_at - interval '25 hours' WHERE subject = 'forgotten'");

        using var again = await SendAsync(client, Batches, "k1", new { expectedFiles = 9 });
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        var janitor = server.Services.GetServices<IJanitor>().OfType<IdempotencyJanitor>().Single();
        Assert.Equal(1, (await janitor.RunOnceAsync(Ct))["removed"]);
        Assert.Equal(0, (await janitor.RunOnceAsync(Ct))["removed"]);
        Assert.Equal(1, await CountAsync("SELECT count(*) FROM tus_upload.idempotency_keys WHERE subject = 'forgotten'"));
    }

    [Fact]
    public async Task The_secret_of_an_API_key_is_kept_nowhere()
    {
        var client = server.ClientOf("keymaker");
        var body = new { name = "a program", scopes = new[] { "read" } };
        using var first = await SendAsync(client, "/api/v1/api-keys", "k1", body);
        using var second = await SendAsync(client, "/api/v1/api-keys", "k1", body);

        var made = await first.JsonAsync(HttpStatusCode.Created);
        Assert.StartsWith("tk_", made.Text("key"), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Created, first.Headers.Location), (second.StatusCode, second.Headers.Location));
        Assert.Empty(await second.Content.ReadAsByteArrayAsync(Ct));
        Assert.Single((await client.GetJsonAsync("/api/v1/api-keys")).Ids());
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM tus_upload.idempotency_keys WHERE subject = 'keymaker' AND body IS NOT NULL"));
    }

    [Fact]
    public async Task Twenty_copies_under_one_key_are_one_copy()
    {
        var client = server.ClientOf("copier");
        var file = await server.UploadAsync([1, 2], client: client);
        await client.WaitForFileAsync(file);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync(client, $"/api/v1/files/{file}/copy", "k", new { fileName = "copy" })));

        Assert.Equal(2, (await client.GetJsonAsync("/api/v1/files")).Ids().Count());
        using var again = await SendAsync(client, $"/api/v1/files/{file}/copy", "k", new { fileName = "copy" });
        Assert.Equal("copy", (await again.JsonAsync(HttpStatusCode.Created)).Text("fileName"));
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Fact]
    public async Task A_body_that_is_too_large_claims_nothing()
    {
        await (await SendAsync(server.Client, Batches, "large", new { filler = new string('x', 1 << 20) }))
            .IsProblemAsync(HttpStatusCode.RequestEntityTooLarge, "body_too_large");

        using var small = await SendAsync(server.Client, Batches, "large", new { });
        Assert.Equal(HttpStatusCode.Created, small.StatusCode);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string path, string key, object body, CancellationToken? cancellationToken = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await client.SendAsync(request, cancellationToken ?? Ct);
    }

    private Task<long> CountAsync(string sql) => ScalarAsync<long>(sql);

    private async Task<T> ScalarAsync<T>(string sql)
    {
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Ct))!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = database.CreateCommand(sql);
        Assert.NotEqual(0, await command.ExecuteNonQueryAsync(Ct));
    }
}
