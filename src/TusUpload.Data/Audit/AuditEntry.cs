namespace TusUpload.Data.Audit;

/// <summary>Who did what, to what, and from where. No names and no values: ids alone.</summary>
public sealed class AuditEntry
{
    /// <summary>Of version 7: entries are in the order of their making.</summary>
    public Guid Id { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>The caller's subject; null: nobody was signed in.</summary>
    public string? Actor { get; init; }

    /// <summary>The API key that it signed in with; null: it came otherwise.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>What was asked for, in the words of the server's access rules.</summary>
    public required string Action { get; init; }

    /// <summary>What it was asked of, or what it made; null: nothing that has an id.</summary>
    public string? Subject { get; init; }

    /// <summary>The workspace that it belongs to, where it is known.</summary>
    public Guid? WorkspaceId { get; init; }

    /// <summary>The address that the request came from, as far as known proxies tell.</summary>
    public string? Address { get; init; }

    /// <summary>The status that it was answered.</summary>
    public short Status { get; init; }
}
