using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

using TusUpload.Server.Health;
using TusUpload.Server.Setup;

namespace TusUpload.UnitTests.Server.Health;

public sealed class ReadinessTests : IDisposable
{
    private readonly Lifetime _lifetime = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _lifetime.Dispose();

    [Fact]
    public async Task One_failing_check_is_enough_to_be_unready()
    {
        var report = await Of(new("good", _ => Task.CompletedTask), new("bad", _ => throw new IOException("a secret"))).ReportAsync(null, Ct);

        Assert.Equal("unready", report.Status);
        Assert.Equal([new("good", "ok"), new("bad", "failing")], report.Checks);
    }

    [Fact]
    public async Task A_check_that_hangs_fails_when_its_time_is_over()
    {
        var entered = new TaskCompletionSource();
        var report = Of(new ReadinessCheck("hanging", _ =>
        {
            entered.SetResult();
            return new TaskCompletionSource().Task;
        })).ReportAsync(null, Ct);
        await entered.Task.WaitAsync(Ct);

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("failing", (await report.WaitAsync(Ct)).Checks["hanging"]);
    }

    [Fact]
    public async Task A_stopping_server_is_not_ready_whatever_works()
    {
        _lifetime.StopApplication();

        var report = await Of(new ReadinessCheck("good", _ => Task.CompletedTask)).ReportAsync(null, Ct);

        Assert.Equal("stopping", report.Status);
        Assert.Empty(report.Checks);
    }

    private Readiness Of(params ReadinessCheck[] checks) =>
        new(checks, new ServerRoles(true, true, true), _lifetime, Options.Create(new HealthOptions()), _time, NullLogger<Readiness>.Instance);

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}
