using System.Buffers.Binary;

namespace TusUpload.Uploads.Content;

/// <summary>Uploads by their age: an id (UUID version 7, RFC 9562) begins with the millisecond it was made in.</summary>
internal static class UploadAge
{
    /// <summary>When an upload was made, to the millisecond.</summary>
    public static DateTimeOffset TimeOf(Guid uploadId)
    {
        Span<byte> bytes = stackalloc byte[16];
        uploadId.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes) >> 16);
    }

    /// <summary>The smallest id of that millisecond: every upload that was made earlier has a smaller one.</summary>
    public static Guid FirstId(DateTimeOffset time)
    {
        Span<byte> bytes = stackalloc byte[16];
        Guid.CreateVersion7(time).TryWriteBytes(bytes, bigEndian: true, out _);
        bytes[6..].Clear();
        return new(bytes, bigEndian: true);
    }
}
