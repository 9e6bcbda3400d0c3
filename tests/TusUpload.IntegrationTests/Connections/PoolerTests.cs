using System.Net;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Connections;

/// <summary>Everything that a session could hold would be on another connection in the next transaction.</summary>
public sealed class PoolerTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Uploads_files_jobs_and_deletions_go_through_a_pooler_in_transaction_mode()
    {
        Assert.SkipUnless(PgBouncer.IsHere || Environment.GetEnvironmentVariable("CI") == "true", "pgbouncer is not installed.");
        PgBouncer? bouncer = null;
        try
        {
            await using var server = await RunningServer.StartAsync(
                postgres, settings => settings["Database:Pooler"] = "transaction", before: async address =>
                {
                    bouncer = await PgBouncer.StartAsync(address, size: 5);
                    return bouncer.ConnectionString;
                });

            var ids = await Task.WhenAll(Enumerable.Range(0, 60).Select(index => server.UploadAsync([1, 2, (byte)index])));

            foreach (var id in ids)
            {
                await Eventually.FindAsync(async () =>
                    (await server.Client.GetStringAsync(new Uri($"/api/v1/files/{id}", UriKind.Relative), Ct)).Contains("\"ready\"", StringComparison.Ordinal)
                        ? "ready" : null,
                    "a file that is ready");
            }

            using var deleted = await server.Client.DeleteAsync(new Uri($"/api/v1/files/{ids[0]}", UriKind.Relative), Ct);
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }
        finally
        {
            await (bouncer?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }
}
