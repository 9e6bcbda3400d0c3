using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace TusUpload.Uploads.Content.S3;

/// <summary>
/// Asks the store at the start. What only a changed setting cures (a wrong key, a missing bucket) ends the start, in words; a store that is away does
/// not: the server starts, calls itself unready, and everything that needs no store works.
/// </summary>
internal sealed partial class S3Start(IUploadContent content, StoreName store, ILogger<S3Start> logger) : IHostedService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (content is not S3Content s3)
        {
            return;
        }

        s3.BelongTo(await store.GetAsync(cancellationToken));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await s3.CheckAsync(limit.Token);
        }
        catch (S3RefusedException refused)
        {
            throw new InvalidOperationException($"{refused.Message} Check Content:S3.", refused);
        }
        catch (FileNotFoundException missing)
        {
            throw new InvalidOperationException(missing.Message, missing);
        }
        catch (Exception away) when (!cancellationToken.IsCancellationRequested && away is ContentUnavailableException or OperationCanceledException)
        {
            LogAway(away.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 2401, Level = LogLevel.Warning, Message = "The object store of the content is away; uploads wait until it is there: {Reason}")]
    private partial void LogAway(string reason);
}
