using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.Uploads.Leases;

namespace TusUpload.Uploads.Content;

/// <summary>
/// The folder of the disk content, held by one process. A file in it names the node: whoever holds the folder is that node, so a server that
/// was killed and comes back owns its leases and its files at once.
/// </summary>
public sealed class ContentFolder : IDisposable
{
    private readonly FileStream? _held;

    public ContentFolder(IOptions<ContentOptions> content, IOptions<DataOptions> data)
    {
        Path = System.IO.Path.GetFullPath(content.Value.Path ?? System.IO.Path.Combine(data.Value.FullPath, "content"));
        Directory.CreateDirectory(Path);
        if (content.Value.Shared)
        {
            Node = new(Guid.CreateVersion7());
            return;
        }

        try
        {
            _held = new FileStream(System.IO.Path.Combine(Path, "node"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException trouble)
        {
            throw new InvalidOperationException(
                $"Another server uses the content folder {Path}. Give this one its own Content:Path, or set Content:Shared where several may.",
                trouble);
        }

        Node = new(ReadOrWriteId(_held));
    }

    public string Path { get; }

    /// <summary>This process among the nodes.</summary>
    public LocalNode Node { get; }

    public void Dispose() => _held?.Dispose();

    private static Guid ReadOrWriteId(FileStream file)
    {
        Span<byte> text = stackalloc byte[36];
        if (file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false) == text.Length && Guid.TryParse(text, out var known))
        {
            return known;
        }

        var id = Guid.CreateVersion7();
        id.TryFormat(text, out _);
        file.SetLength(0);
        file.Position = 0;
        file.Write(text);
        file.Flush(flushToDisk: true);
        return id;
    }
}
