using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Server.Embedded;

namespace TusUpload.IntegrationTests.Embedded;

public sealed class EmbeddedPostgresServiceTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task A_host_without_a_connection_string_runs_a_cluster_as_long_as_it_runs()
    {
        using var host = Host(("Data:Path", _folder.FullPath));
        var address = host.Services.GetRequiredService<DatabaseAddress>();
        Assert.Throws<InvalidOperationException>(() => address.ConnectionString);

        await host.StartAsync(Ct);
        await using (var connection = new Npgsql.NpgsqlConnection(address.ConnectionString))
        {
            await connection.OpenAsync(Ct);
        }

        await host.StopAsync(Ct);

        Assert.False(await Processes.PostgresRunsAsync(_folder.File("postgres", "cluster")));
        DataFolder.Open(_folder.FullPath).Dispose();
    }

    [Fact]
    public async Task A_host_with_a_connection_string_only_takes_the_data_folder()
    {
        using var host = Host(("Data:Path", _folder.FullPath), ("ConnectionStrings:Postgres", "Host=elsewhere"));

        await host.StartAsync(Ct);

        Assert.Equal("Host=elsewhere", host.Services.GetRequiredService<DatabaseAddress>().ConnectionString);
        Assert.False(Directory.Exists(_folder.File("postgres")));
        Assert.Throws<EmbeddedPostgresException>(() => DataFolder.Open(_folder.FullPath));
        await host.StopAsync(Ct);
    }

    [Fact]
    public async Task A_program_that_needs_the_address_while_services_are_made_starts_it_before_the_host()
    {
        using var host = Host(services => services.AddHostedService<NeedsTheAddressAtOnce>(), ("Data:Path", _folder.FullPath));

        host.Services.GetRequiredService<IStartupValidator>().Validate();
        await host.Services.GetRequiredService<EmbeddedPostgresService>().StartingAsync(Ct);
        await host.StartAsync(Ct);

        Assert.True(await Processes.PostgresRunsAsync(_folder.File("postgres", "cluster")));
        await host.StopAsync(Ct);
        Assert.False(await Processes.PostgresRunsAsync(_folder.File("postgres", "cluster")));
    }

    [Fact]
    public async Task Without_that_such_a_service_is_refused_since_hosts_make_all_services_first()
    {
        using var host = Host(services => services.AddHostedService<NeedsTheAddressAtOnce>(), ("Data:Path", _folder.FullPath));

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Ct));

        Assert.Contains("no address yet", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_fails_while_it_starts_leaves_nothing_running()
    {
        var host = Host(
            services => services.AddHostedService<FailsToStart>(), ("Data:Path", _folder.FullPath));

        await Assert.ThrowsAsync<NotSupportedException>(() => host.StartAsync(Ct));
        await ((IAsyncDisposable)host).DisposeAsync();

        Assert.False(await Processes.PostgresRunsAsync(_folder.File("postgres", "cluster")));
        DataFolder.Open(_folder.FullPath).Dispose();
    }

    [Fact]
    public async Task Wrong_options_are_refused_before_anything_is_touched()
    {
        using var host = Host(("Data:Path", _folder.FullPath), ("Embedded:StartTimeout", "00:00:00"));

        await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Ct));

        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullPath));
    }

    private static IHost Host(params (string Key, string Value)[] settings) => Host(_ => { }, settings);

    private static IHost Host(Action<IServiceCollection> more, params (string Key, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.Services.AddEmbeddedPostgres();
        more(builder.Services);
        return builder.Build();
    }

    private sealed class NeedsTheAddressAtOnce(DatabaseAddress address) : IHostedService
    {
        private readonly string _connectionString = address.ConnectionString;

        public Task StartAsync(CancellationToken cancellationToken) =>
            _connectionString.Length > 0 ? Task.CompletedTask : Task.FromCanceled(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class FailsToStart : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
