using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

using TusUpload.Pipeline.Notifications;

namespace TusUpload.Server.Api.Events;

/// <summary>The lines of server-sent events (WHATWG HTML, 9.2).</summary>
internal sealed class EventWriter(PipeWriter pipe)
{
    /// <summary>Says how long a client waits before it reconnects, and makes proxies send the headers on.</summary>
    public void Begin() => pipe.Write("retry: 2000\n\n"u8);

    public void Beat() => pipe.Write(": \n\n"u8);

    public void Write(FeedMessage message)
    {
        // What has no place in the feed sets no id: a client that reconnects continues after the last stored event.
        if (message.Sequence is { } sequence)
        {
            WriteText($"id: {sequence.ToString(CultureInfo.InvariantCulture)}\n");
        }

        WriteText($"event: {message.Type}\n");
        var json = message.Json.Span;
        foreach (var line in json.Split((byte)'\n'))
        {
            pipe.Write("data: "u8);
            pipe.Write(json[line]);
            pipe.Write("\n"u8);
        }

        pipe.Write("\n"u8);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken) => await pipe.FlushAsync(cancellationToken);

    private void WriteText(string text) => Encoding.UTF8.GetBytes(text, pipe);
}
