using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

using Microsoft.Extensions.Options;

using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Start;

/// <summary>The program as a process of its own: what it says when it cannot start, and how it ends.</summary>
public sealed class StartTests(PostgresServer postgres) : IAsyncDisposable
{
    private readonly TestFolder _data = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _data.DisposeAsync();

    [Fact]
    public async Task Invalid_options_are_all_said_at_once_and_nothing_is_touched()
    {
        var (code, said) = await RunAsync("--Auth:Mode=jwt", "--Tus:IdleTimeout=0", "--Leases:TakeOverWait=0");

        Assert.Equal(1, code);
        Assert.Contains("Auth:Mode jwt needs", said, StringComparison.Ordinal);
        Assert.Contains("Tus:IdleTimeout", said, StringComparison.Ordinal);
        Assert.Contains("Leases:TakeOverWait", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_data.FullPath));
    }

    [Theory]
    [InlineData("--Roles=receive,dashboard")]
    [InlineData("--Jobs:Workers=0")]
    [InlineData("--Jobs:Workers=0", "--Roles=receive")]
    public async Task A_process_whose_files_nobody_could_work_on_does_not_start(params string[] arguments)
    {
        var (code, said) = await RunAsync(arguments);

        Assert.Equal(1, code);
        Assert.Contains("A process that receives and works on no files (Roles without process, or Jobs:Workers=0) needs Content:Shared", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_data.FullPath));
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_said_in_one_message()
    {
        var (code, said) = await RunAsync("--ConnectionStrings:Postgres=Host=127.0.0.1;Port=1;Username=x");

        Assert.Equal(1, code);
        Assert.StartsWith("TusUpload did not start. The database cannot be reached", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_in_one_message()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var database = await postgres.CreateDatabaseAsync();

        var (code, said) = await RunAsync($"--urls=http://{taken.LocalEndpoint}", $"--ConnectionStrings:Postgres={database}");

        Assert.Equal(1, code);
        Assert.Contains("address already in use", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_is_in_use_is_said_in_one_message()
    {
        await using var running = await RunningServer.StartAsync(postgres);

        var (code, said) = await RunAsync($"--Data:Path={running.DataPath}");

        Assert.Equal(1, code);
        Assert.Contains("Another server is running on the data folder", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_content_folder_of_another_database_is_said_in_one_message()
    {
        var content = Directory.CreateDirectory(Path.Combine(_data.FullPath, "content"));
        await File.WriteAllTextAsync(Path.Combine(content.FullName, "database"), new string('0', 64), Ct);
        var database = await postgres.CreateDatabaseAsync();

        var (code, said) = await RunAsync($"--ConnectionStrings:Postgres={database}");

        Assert.Equal(1, code);
        Assert.StartsWith("TusUpload did not start. The content folder ", said, StringComparison.Ordinal);
        Assert.Contains("belongs to another database. Check ConnectionStrings:Postgres", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_another_process_the_failure_is_thrown()
    {
        Exception failure;
        var tries = 0;
        do
        {
            failure = await Assert.ThrowsAnyAsync<Exception>(
                () => RunningServer.StartAsync(postgres, settings => settings["Auth:Mode"] = "jwt"));
        }
        while (failure is ObjectDisposedException && ++tries < 5);

        // What runs the server here may look at it once more when it has been disposed of already, and then says that instead; not every time.
        Assert.IsAssignableFrom<OptionsValidationException>(failure);
    }

    [Fact]
    public async Task A_process_that_only_works_neither_receives_nor_shows()
    {
        await using var worker = await RunningServer.StartAsync(postgres, settings => settings["Roles"] = "process");

        foreach (var path in (string[])["/api/v1/uploads", "/api/v1/files/" + Guid.CreateVersion7(), "/hangfire", "/hangfire/jobs/enqueued"])
        {
            await (await worker.Client.GetAsync(path, Ct)).IsProblemAsync(HttpStatusCode.ServiceUnavailable, "other_role");
        }

        await (await worker.Client.GetAsync("/elsewhere", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "not_found");
        Assert.Equal(HttpStatusCode.OK, (await worker.Client.GetAsync("/health/ready", Ct)).StatusCode);
    }

    private async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        var assembly = typeof(Program).Assembly.Location;
        var start = new ProcessStartInfo("dotnet", [assembly, $"--Data:Path={_data.FullPath}", "--urls=http://127.0.0.1:0", .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = _data.FullPath,
        };
        using var process = Process.Start(start)!;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            limit.CancelAfter(TimeSpan.FromSeconds(60));
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await errors + await output);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
