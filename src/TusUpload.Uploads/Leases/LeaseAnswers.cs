using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using TusUpload.Data.Sessions;
using TusUpload.Data.Signals;
using TusUpload.Protocol.Errors;

namespace TusUpload.Uploads.Leases;

/// <summary>
/// What other nodes ask of this one, see <see cref="TakeOvers"/>: the writer they ask for is stopped as if the request had come here. Whether it was woken
/// or looks by itself, what it is asked is read by one statement. Dying before it has answered leaves whoever asked to wait for the heartbeat's end.
/// </summary>
internal sealed partial class LeaseAnswers(
    LocalNode node, LeaseRequests requests, SessionLeases leases, Writers writers, LeaseAnswersServices services, ILogger<LeaseAnswers> logger)
    : BackgroundService
{
    private readonly Wakeup _wakeup = new();
    private bool _hasTold;

    /// <summary>Something was asked.</summary>
    public void Wake() => _wakeup.Call();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await _wakeup.WaitAsync(Interval, services.Time, stoppingToken);
            try
            {
                foreach (var request in await requests.HearAsync(node.Id, stoppingToken))
                {
                    // Nobody waits for another's writer.
                    _ = AnswerAsync(request);
                }

                _hasTold = false;
            }
            catch (Exception trouble) when (!stoppingToken.IsCancellationRequested)
            {
                // Once: where it cannot listen it looks five times a second, for as long as the database is away.
                if (!_hasTold)
                {
                    LogFailed(trouble);
                }

                _hasTold = true;
            }
        }
    }

    // A signal that was lost must not cost for ever.
    private TimeSpan Interval =>
        services.Signals.IsListening ? services.Options.Value.HeartbeatPeriod : services.Options.Value.PollInterval;

    private async Task AnswerAsync(HeardRequest request)
    {
        try
        {
            var (isHere, hasEnded) = (request.LeaseNode == node.Id, request.Status != SessionStatus.Receiving);
            if (!isHere && !hasEnded)
            {
                // It was let go or has moved on since; a writer here that waits for its own lease is not meant.
                return;
            }

            var refusal = await writers.StopAsync(request.SessionId, request.UploaderId, hasEnded ? null : request.AtOffset);
            if (refusal == TusError.OffsetMismatch)
            {
                await requests.RefuseAsync(request.Id, CancellationToken.None);
            }
            else if (refusal is null && isHere)
            {
                // What its writer, if there was one, could not let go itself. A writer enters before it takes its lease: one that had this epoch entered
                // before it was read and has left by now, and one that enters now takes a higher one, which this does not touch.
                await leases.ReleaseAsync(request.SessionId, node.Id, request.LeaseEpoch, CancellationToken.None);
            }
        }
        catch (Exception trouble)
        {
            LogFailed(trouble);
        }
    }

    [LoggerMessage(EventId = 2003, Level = LogLevel.Warning, Message = "What other nodes ask of this one could not be read or answered")]
    private partial void LogFailed(Exception trouble);
}

internal sealed record LeaseAnswersServices(DatabaseSignals Signals, IOptions<LeaseOptions> Options, TimeProvider Time);
