using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TusUpload.Data;
using TusUpload.Data.Migrations;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Pipeline;
using TusUpload.Pipeline.Jobs;
using TusUpload.Uploads;

namespace TusUpload.IntegrationTests.Pipeline.Jobs;

public sealed class JobsDashboardTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_dashboard_is_shown_to_whom_it_is_allowed()
    {
        await using var folder = new TestFolder();
        var address = await postgres.CreateDatabaseAsync();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Data:Path"] = folder.FullPath });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting().AddData(_ => address).AddUploads().AddPipeline();
        await using var app = builder.Build();
        await app.Services.GetRequiredService<SchemaUpgrade>().RunAsync(Ct);
        app.MapJobsDashboard("/hangfire", http => http.Request.Headers.ContainsKey("X-Known"));
        await app.StartAsync(Ct);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(new Uri("/hangfire", UriKind.Relative), Ct)).StatusCode);

        client.DefaultRequestHeaders.Add("X-Known", "yes");
        foreach (var page in new[] { "", "/jobs/enqueued", "/jobs/failed", "/servers", "/retries" })
        {
            var html = await client.GetStringAsync(new Uri("/hangfire" + page, UriKind.Relative), Ct);
            Assert.Contains("TusUpload", html, StringComparison.Ordinal);
            Assert.DoesNotContain("Host:", html, StringComparison.Ordinal);
        }

        var change = await client.PostAsync(new Uri("/hangfire/jobs/failed/requeue", UriKind.Relative), new FormUrlEncodedContent([]), Ct);
        Assert.Equal(HttpStatusCode.Unauthorized, change.StatusCode);
        await app.StopAsync(Ct);
    }
}
