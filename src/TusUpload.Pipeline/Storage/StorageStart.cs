using TusUpload.Uploads.Content;

namespace TusUpload.Pipeline.Storage;

/// <summary>
/// Asks the store at the start. What only a changed setting cures (a wrong key, a missing bucket) ends the start, in words; a store that is away does not: the
/// server starts, calls itself unready, and files wait until it is there.
/// </summary>
internal sealed partial class StorageStart(IObjectStorage storage, ILogger<StorageStart> logger) : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await storage.CheckAsync(limit.Token);
        }
        catch (StorageSettingException wrong)
        {
            throw new InvalidOperationException(wrong.Message, wrong);
        }
        catch (Exception away) when (!cancellationToken.IsCancellationRequested && away is ContentUnavailableException or OperationCanceledException)
        {
            LogAway(storage.Kind, away.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 3103, Level = LogLevel.Warning, Message = "The object store {Kind} is away; files wait until it is there: {Reason}")]
    private partial void LogAway(string kind, string reason);
}
