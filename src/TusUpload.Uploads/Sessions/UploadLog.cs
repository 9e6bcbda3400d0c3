using Microsoft.Extensions.Logging;

using TusUpload.Protocol.Bodies;

namespace TusUpload.Uploads.Sessions;

/// <summary>What is said of uploads: ids, sizes and ends, never what the client called them.</summary>
internal sealed partial class UploadLog(ILogger<UploadLog> logger)
{
    [LoggerMessage(EventId = 2301, Level = LogLevel.Information, Message = "Upload {UploadId} created, {Size} bytes announced")]
    public partial void Created(Guid uploadId, long? size);

    [LoggerMessage(EventId = 2302, Level = LogLevel.Information, Message = "Upload {UploadId} received, {Size} bytes")]
    public partial void Received(Guid uploadId, long size);

    [LoggerMessage(EventId = 2303, Level = LogLevel.Debug, Message = "Upload {UploadId} went from {Start} to {Offset}, its body ended with {End}")]
    public partial void Appended(Guid uploadId, long start, long offset, BodyEnd end);

    [LoggerMessage(EventId = 2304, Level = LogLevel.Information, Message = "Upload {UploadId} terminated at {Offset}")]
    public partial void Terminated(Guid uploadId, long offset);

    [LoggerMessage(EventId = 2306, Level = LogLevel.Information, Message = "Upload {UploadId} was found by its key and goes on at {Offset}")]
    public partial void Adopted(Guid uploadId, long offset);

    [LoggerMessage(EventId = 2307, Level = LogLevel.Information, Message = "Upload {UploadId} of {Size} bytes made of partial uploads")]
    public partial void Concatenated(Guid uploadId, long? size);

    [LoggerMessage(EventId = 2308, Level = LogLevel.Error, Message = "Final upload {UploadId} has all its parts and cannot be finished; it is tried again")]
    public partial void NotJoined(Exception trouble, Guid uploadId);

    [LoggerMessage(EventId = 2305, Level = LogLevel.Warning, Message = "Upload {UploadId} was taken over: a commit under epoch {Epoch} was held back")]
    public partial void Fenced(Guid uploadId, long epoch);

    [LoggerMessage(EventId = 2309, Level = LogLevel.Warning, Message = "The body of upload {UploadId} was ended, what was flushed is kept: {Reason}")]
    public partial void ContentAway(Guid uploadId, string reason);

    [LoggerMessage(
        EventId = 2310, Level = LogLevel.Warning, Message = "Upload {UploadId} is refused ({Code}): its first bytes are {Detected}")]
    public partial void Refused(Guid uploadId, string code, string detected);

    [LoggerMessage(
        EventId = 2311, Level = LogLevel.Warning,
        Message = "The bytes of upload {UploadId}, which has ended, cannot be removed now; the sweep does it: {Reason}")]
    public partial void NotRemoved(Guid uploadId, string reason);
}
