namespace TusUpload.Uploads.Admission;

/// <summary>What a caller may do with what is within its reach. Roles and scopes of API keys are sets of these.</summary>
[Flags]
public enum Rights
{
    None = 0,

    /// <summary>Make uploads and batches, and go on with its own.</summary>
    Upload = 1,

    /// <summary>See and download.</summary>
    Read = 2,

    /// <summary>Rename, move, copy, delete, restore.</summary>
    Write = 4,

    /// <summary>Workspaces, members, links and API keys.</summary>
    Manage = 8,

    /// <summary>See the whole server: its jobs, its metrics.</summary>
    Observe = 16,

    /// <summary>Act on the whole server: its jobs, failed files of anybody, the audit log.</summary>
    Operate = 32,

    /// <summary>Users, their limits and roles.</summary>
    Administer = 64,

    OfUser = Upload | Read | Write | Manage,
    OfObserver = OfUser | Observe,
    OfOperator = OfObserver | Operate,
    OfAdmin = OfOperator | Administer,
}
