using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Options;

using TusUpload.Server.Auth;

namespace TusUpload.Server.Setup;

/// <summary>Says where the server listens and who is answered there.</summary>
internal sealed partial class ListeningReport(IServer server, IOptions<AuthOptions> auth, ILogger<ListeningReport> logger) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var address in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            LogListening(address);
        }

        if (auth.Value.Mode == AuthOptions.Development)
        {
            LogDevelopment();
        }

        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 5000, Level = LogLevel.Information, Message = "Now listening on: {Address}")]
    private partial void LogListening(string address);

    [LoggerMessage(EventId = 5001, Level = LogLevel.Information,
        Message = "Auth:Mode is development: only requests from this machine to localhost or a loopback address are answered")]
    private partial void LogDevelopment();
}
