namespace TusUpload.Data.Sessions;

/// <summary>
/// What came of asking for an upload. <see cref="Made"/> or the reasons why not: what was asked for and is not there, and what was left at each level.
/// </summary>
public sealed record Admission
{
    public bool Made { get; init; }

    public bool UserKnown { get; init; }

    public bool WorkspaceKnown { get; init; }

    public bool FolderKnown { get; init; }

    public bool LinkKnown { get; init; }

    /// <summary>Why the link does not take it: one of <see cref="Links.LinkRefusal"/>; null: it does.</summary>
    public string? LinkRefusal { get; init; }

    /// <summary>Bytes of the link's largest file; null: no limit.</summary>
    public long? LinkLargest { get; init; }

    /// <inheritdoc cref="Links.Link.AllowedTypes"/>
    public IReadOnlyList<string>? LinkTypes { get; init; }

    public bool BatchKnown { get; init; }

    /// <summary>Or takes files that come late.</summary>
    public bool BatchOpen { get; init; }

    /// <summary>The name is taken in its folder, and the workspace lets each in once.</summary>
    public bool NameTaken { get; init; }

    /// <summary>The workspace lets each name in once, and the statement came without its turn: see <see cref="Files.TakenNames"/>.</summary>
    public bool NeedsTurn { get; init; }

    /// <summary>False where the batch has a manifest, and no line of it is this file's or free.</summary>
    public bool InManifest { get; init; }

    /// <summary>False where the bytes that came with it may be gone: see <see cref="NewSession.BytesKeptUntil"/>.</summary>
    public bool InTime { get; init; }

    /// <summary>Of an upload that was not made.</summary>
    public required StorageRoom Room { get; init; }
}
