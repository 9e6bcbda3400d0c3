using System.Buffers;
using System.Globalization;
using System.Text.Json;

using TusUpload.Data.Outbox;
using TusUpload.Uploads.Progress;

namespace TusUpload.Pipeline.Notifications;

/// <summary>One event as it is sent.</summary>
/// <param name="Sequence">Its place in the feed; null for what is not stored and cannot be replayed.</param>
/// <param name="Type">One of <see cref="EventType"/>.</param>
/// <param name="Json">A CloudEvents 1.0 object in UTF-8, on one line.</param>
public sealed record FeedMessage(long? Sequence, string Type, ReadOnlyMemory<byte> Json)
{
    private const string Source = "/tus-upload";

    internal static FeedMessage Of(FeedEvent stored) => new(
        stored.Sequence,
        stored.Type,
        Write(stored.EventId, stored.Type, stored.Subject, stored.OccurredAt, stored.Sequence, data => data.WriteRawValue(stored.Data)));

    internal static FeedMessage Of(ProgressReport progress, DateTimeOffset now) => new(
        null,
        EventType.UploadProgress,
        Write(Guid.CreateVersion7(now), EventType.UploadProgress, progress.UploadId, now, null, data =>
        {
            data.WriteStartObject();
            data.WriteString("id", progress.UploadId);
            data.WriteNumber("uploadedSize", progress.UploadedSize);
            if (progress.TotalSize is { } total)
            {
                data.WriteNumber("totalSize", total);
            }
            else
            {
                data.WriteNull("totalSize");
            }

            data.WriteNumber("bytesPerSecond", progress.BytesPerSecond);
            data.WriteEndObject();
        }));

    private static ReadOnlyMemory<byte> Write(
        Guid id, string type, Guid subject, DateTimeOffset time, long? sequence, Action<Utf8JsonWriter> writeData)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("id", id);
            json.WriteString("source", Source);
            json.WriteString("type", type);
            json.WriteString("subject", subject);
            json.WriteString("time", time.UtcDateTime);
            json.WriteString("datacontenttype", "application/json");
            if (sequence is { } place)
            {
                // CloudEvents has no integers of 64 bits; its sequence extension is a string.
                json.WriteString("sequence", place.ToString(CultureInfo.InvariantCulture));
            }

            json.WritePropertyName("data");
            writeData(json);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
