namespace TusUpload.ConformanceTests.Model;

/// <summary>An upload as its client knows it: what the specification says must be so after all that was answered.</summary>
internal sealed class ModelUpload(string path, int seed, string metadata)
{
    public string Path => path;

    public string Metadata => metadata;

    public long? Length { get; set; }

    /// <summary>The least that must be there: it was acknowledged.</summary>
    public long Low { get; set; }

    /// <summary>The most that can be there: it was sent. Above <see cref="Low"/> after a cut only, until the server has told.</summary>
    public long High { get; set; }

    /// <summary>Lengths that were told by a PATCH which was cut: one of them may have been taken.</summary>
    public HashSet<long> MaybeLengths { get; } = [];

    public bool IsGone { get; set; }

    public string? Key { get; set; }

    /// <summary>A PATCH was cut, and none was done since: the cut one may still come in.</summary>
    public bool IsUnsettled { get; set; }

    /// <summary>A PATCH was cut at some time. It may come in as late as it likes, and the newer request be told to wait.</summary>
    public bool WasCut { get; set; }

    public bool IsCertain => Low == High;

    public bool IsComplete => IsCertain && Low == Length;

    public override string ToString() => $"{path} {Low}..{High} of {Length?.ToString() ?? $"maybe {string.Join(", ", MaybeLengths)}"}{(IsGone ? ", gone" : "")}";

    /// <summary>The server has told an offset. A PATCH that was cut may still be on its way, so the most that can be there stays.</summary>
    public void Tell(long offset)
    {
        Assert.InRange(offset, Low, High);
        Low = offset;
    }

    /// <summary>A request at this offset was done: whatever was on its way before is behind it.</summary>
    public void Settle(long offset) => (Low, High, IsUnsettled) = (offset, offset, false);

    /// <summary>Every upload has one content, whatever pieces it is sent in.</summary>
    public byte[] Content(long start, long size)
    {
        var bytes = new byte[size];
        for (var i = 0L; i < size; i++)
        {
            var position = start + i;
            bytes[i] = (byte)(seed + (position * 31) + (position >> 8));
        }

        return bytes;
    }
}
