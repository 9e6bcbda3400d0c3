using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using TusUpload.Data.Connections;
using TusUpload.Pipeline;
using TusUpload.Pipeline.Jobs;
using TusUpload.Pipeline.Storage;

namespace TusUpload.UnitTests.Pipeline.Jobs;

public sealed class JobsOptionsTests
{
    [Fact]
    public void The_defaults_are_valid()
    {
        using var services = Services([]);

        Assert.InRange(services.GetRequiredService<IOptions<JobsOptions>>().Value.WorkerCount, 1, 20);
        Assert.Equal("local", services.GetRequiredService<IOptions<StorageOptions>>().Value.Kind);
    }

    [Fact]
    public void Every_mistake_is_told_at_once()
    {
        using var services = Services(new() { ["Jobs:Attempts"] = "0", ["Jobs:FirstRetryDelay"] = "00:20:00" });

        var failure = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<JobsOptions>>().Value);

        Assert.Equal(2, failure.Failures.Count());
    }

    [Fact]
    public void Workers_are_as_many_as_there_are_connections_for()
    {
        using var few = Services(new() { ["Database:MaxConnections"] = "8" });
        using var many = Services(new() { ["Jobs:Workers"] = "20" });

        Assert.Equal(1, few.GetRequiredService<IOptions<JobsOptions>>().Value.WorkerCount);
        var failure = Assert.Throws<OptionsValidationException>(() => many.GetRequiredService<IOptions<JobsOptions>>().Value);
        Assert.Contains("Database:MaxConnections of 50 has connections for 14", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_store_that_is_not_there_is_refused()
    {
        using var services = Services(new() { ["Storage:Kind"] = "cloud" });

        Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<StorageOptions>>().Value);
    }

    private static ServiceProvider Services(Dictionary<string, string?> settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
        .AddOptions<DatabaseOptions>().BindConfiguration(DatabaseOptions.Section).Services
        .AddPipeline()
        .BuildServiceProvider();
}
