using Npgsql;

namespace TusUpload.Data;

/// <summary>A level's storage as it stood when room was asked for. Bytes.</summary>
/// <param name="Limit">In all; null is no limit.</param>
/// <param name="Used">Of files that are ready.</param>
/// <param name="Reserved">Held for uploads on their way.</param>
public sealed record StorageLevel(long? Limit, long Used, long Reserved)
{
    /// <summary>Below zero where the limit was lowered since; null without a limit.</summary>
    public long? Left => Limit - Used - Reserved;

    /// <summary>Reads <c>ARRAY[storage_limit, storage_used, storage_reserved]</c>.</summary>
    internal static StorageLevel? Read(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) || row.GetFieldValue<long?[]>(column) is not [var limit, { } used, { } reserved] ? null : new(limit, used, reserved);
}

/// <summary>What is left at each level that an upload counts at; null where it does not count at that level, or nobody asked.</summary>
public sealed record StorageRoom(StorageLevel? User, StorageLevel? Workspace, StorageLevel? Link)
{
    /// <summary>There was enough of it.</summary>
    public static readonly StorageRoom Unasked = new(null, null, null);

    /// <summary>The first level, from the outside in, that has no room for it.</summary>
    public (string Name, StorageLevel Level) FirstWithout(long size) =>
        User?.Left < size ? ("user", User) : Workspace?.Left < size || Link is null ? ("workspace", Workspace!) : ("link", Link);

    /// <summary>Reads three columns in a row, of user, workspace and link.</summary>
    internal static StorageRoom Read(NpgsqlDataReader row, int first) =>
        new(StorageLevel.Read(row, first), StorageLevel.Read(row, first + 1), StorageLevel.Read(row, first + 2));
}
