namespace TusUpload.Data.Links;

/// <summary>Wrong passwords for a link from one address.</summary>
public sealed class LinkTries
{
    public Guid LinkId { get; init; }

    /// <summary>Whence they came; of IPv6 the network (/64). <c>*</c>: all of them together.</summary>
    public required string Address { get; init; }

    /// <summary>How many since <see cref="Since"/>.</summary>
    public int Failed { get; init; }

    public DateTimeOffset Since { get; init; }
}
