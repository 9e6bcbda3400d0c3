using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

using TusUpload.Protocol;

namespace TusUpload.UnitTests.Protocol;

public sealed class TusOptionsTests
{
    [Fact]
    public async Task All_failures_are_reported_at_once_before_the_server_listens()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => TusServer.StartAsync(options =>
        {
            options.Path = "uploads/";
            options.MaxSize = 0;
            options.MaxMetadataBytes = 0;
            options.IdleTimeout = TimeSpan.Zero;
            options.Cors.AllowCredentials = true;
            options.Cors.AllowedOrigins = ["*", "https://app.example.com/"];
            options.Cors.MaxAgeSeconds = -1;
        }, pipeline: app => { }));

        foreach (var part in (string[])
        [
            "Path", "MaxSize", "MaxMetadataBytes", "IdleTimeout", "AllowCredentials", "'https://app.example.com/'", "MaxAgeSeconds",
        ])
        {
            Assert.Contains(part, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Named_origins_in_configuration_replace_the_default()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Tus:MaxSize"] = "7",
                ["Tus:IdleTimeout"] = "00:00:05",
                ["Tus:Cors:AllowedOrigins:0"] = "https://app.example.com",
            })
            .Build();

        var options = configuration.GetSection(TusOptions.Section).Get<TusOptions>()!;

        Assert.Equal((7, TimeSpan.FromSeconds(5), "/uploads"), (options.MaxSize!.Value, options.IdleTimeout, options.Path));
        Assert.Equal(["https://app.example.com"], options.Cors.AllowedOrigins!);
        Assert.False(options.Cors.AllowsAnyOrigin);
    }
}
