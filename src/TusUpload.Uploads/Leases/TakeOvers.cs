using Microsoft.Extensions.Options;

using TusUpload.Data.Sessions;
using TusUpload.Protocol.Errors;

namespace TusUpload.Uploads.Leases;

/// <summary>
/// Asks the node that holds an upload's lease to let go, and waits for it: <see cref="Writers"/> across nodes. Dying before it has asked changes nothing;
/// dying after it has ended a writer whose client comes back, and a row that somebody else removes.
/// </summary>
internal sealed class TakeOvers(LeaseRequests requests, LocalNode node, IOptions<LeaseOptions> options, TimeProvider time)
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Another node's lease is on it, whether that lives or not.</summary>
    public bool IsElsewhere(SessionState? state) => state?.LeaseNode is { } holder && holder != node.Id;

    /// <summary>
    /// The upload once no other node that lives holds its lease; null when it is not there. Otherwise why not: <see cref="TusError.OffsetMismatch"/>
    /// where its writer stands elsewhere than <paramref name="offset"/>, and goes on; <see cref="TusError.Locked"/> where it did not let go in time,
    /// or a newer request came first. An upload that nobody else holds costs nothing here.
    /// </summary>
    /// <param name="offset">Null where that does not matter.</param>
    public async Task<(SessionState? State, TusError? Refusal)> TakeAsync(SessionState? state, long? offset, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        while (state is not null && IsElsewhere(state))
        {
            var (found, holderLives, refusal) = await AskAsync(state, offset, begun, cancellationToken);
            if (refusal is not null || !holderLives)
            {
                return (found, refusal);
            }

            if (IsElsewhere(found) && offset is not null)
            {
                // It has a new writer, whose request is the newer one for all that is known. One that only asks where it stands asks again.
                return (found, TusError.Locked);
            }

            state = found;
        }

        return (state, null);
    }

    /// <summary>Tells the node that held an upload's lease when it was ended; nobody waits for it.</summary>
    public async Task TellAsync(SessionState ended, CancellationToken cancellationToken)
    {
        if (IsElsewhere(ended))
        {
            await requests.AskAsync(ended.Id, ended.LeaseNode!.Value, null, options.Value.HeartbeatLimit, cancellationToken);
        }
    }

    private async Task<(SessionState? State, bool HolderLives, TusError? Refusal)> AskAsync(
        SessionState asked, long? offset, long begun, CancellationToken cancellationToken)
    {
        var limit = options.Value.HeartbeatLimit;
        if (await requests.AskAsync(asked.Id, asked.LeaseNode!.Value, offset, limit, cancellationToken) is not { } request)
        {
            return (asked, false, null);
        }

        try
        {
            for (var pause = ShortestPause; ; pause = pause < LongestPause / 2 ? pause * 2 : LongestPause)
            {
                await Task.Delay(pause, time, cancellationToken);
                var (state, isRefused, holderLives) = await requests.LookAsync(request, asked, limit, cancellationToken);
                if (isRefused)
                {
                    return (state, true, TusError.OffsetMismatch);
                }

                if (state is null || !holderLives || state.LeaseNode != asked.LeaseNode || state.LeaseEpoch != asked.LeaseEpoch)
                {
                    // Gone, let go or passed on. A holder that has died says nothing any more of what it held.
                    return (state, holderLives || state?.LeaseNode != asked.LeaseNode, null);
                }

                if (time.GetElapsedTime(begun) >= options.Value.TakeOverWait)
                {
                    return (state, true, TusError.Locked);
                }
            }
        }
        finally
        {
            await requests.ForgetAsync(request, CancellationToken.None);
        }
    }
}
