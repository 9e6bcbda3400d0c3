using TusUpload.Data.Sessions;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;

namespace TusUpload.Uploads.Sessions;

/// <summary>Rows as the wire sees them.</summary>
internal static class UploadStates
{
    public static bool IsReceiving(this SessionState state, DateTimeOffset now) => state.Status == SessionStatus.Receiving && state.ExpiresAt > now;

    /// <summary>An upload that has ended, by whatever way, is not there.</summary>
    public static TusResult<UploadInfo> ToInfo(this SessionState? state, DateTimeOffset now) => state switch
    {
        { Status: SessionStatus.Received } => Info(state, null),

        // A client that is to go on finds its parts complete, asks for their final again and is given the one that is there.
        { Status: SessionStatus.Joined } => Info(state, null),
        not null when state.IsReceiving(now) => Info(state, state.ExpiresAt),
        _ => TusError.NotFound,
    };

    /// <summary>As <see cref="ToInfo"/>, of an upload that is known to be there.</summary>
    public static UploadInfo ToKnownInfo(this SessionState state) =>
        Info(state, state.Status == SessionStatus.Receiving ? state.ExpiresAt : null);

    private static UploadInfo Info(SessionState state, DateTimeOffset? expiresAt) =>
        new(state.Id, state.UploadedSize, state.TotalSize, state.Metadata, expiresAt)
        {
            IsOpen = state.Status != SessionStatus.Received,
            Concat = state.Concat,
            TokenRevision = state.TokenRevision,
        };
}
