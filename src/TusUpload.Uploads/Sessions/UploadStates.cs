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
        not null when state.IsReceiving(now) => Info(state, state.ExpiresAt),
        _ => TusError.NotFound,
    };

    private static UploadInfo Info(SessionState state, DateTimeOffset? expiresAt) =>
        new(state.Id, state.UploadedSize, state.TotalSize, state.Metadata, expiresAt)
        {
            IsOpen = state.Status != SessionStatus.Received,
            Concat = state.Concat,
            TokenRevision = state.TokenRevision,
        };
}
