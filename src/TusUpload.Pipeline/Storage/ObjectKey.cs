using System.Buffers;

namespace TusUpload.Pipeline.Storage;

/// <summary>
/// Paths of objects: bucket where the store has any, workspace, the id's last two digits (random ones, so folders fill evenly), id. The name for people
/// stays in the database.
/// </summary>
internal static class ObjectKey
{
    /// <summary>Characters of a path at most.</summary>
    public const int MaxLength = 300;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./");

    public static string For(string? bucket, Guid workspaceId, Guid fileId)
    {
        var id = fileId.ToString("D");
        var key = $"{workspaceId:n}/{id.AsSpan(^2)}/{id}";
        return bucket is null ? key : $"{bucket}/{key}";
    }

    /// <summary>The file whose object it is, in whichever bucket; null where the path is not one of ours.</summary>
    public static Guid? FileOf(string storagePath)
    {
        var parts = storagePath.Split('/');
        return parts is [.., var workspace, var shard, var id] && parts.Length is 3 or 4
            && Guid.TryParseExact(workspace, "N", out var workspaceId) && Guid.TryParseExact(id, "D", out var fileId)
            && storagePath == For(parts.Length == 4 ? parts[0] : null, workspaceId, fileId)
                ? fileId
                : null;
    }

    /// <summary>Bucket and key of a path that has a bucket.</summary>
    public static (string Bucket, string Key) Split(string storagePath) => storagePath.IndexOf('/') is > 0 and var slash
        ? (storagePath[..slash], storagePath[(slash + 1)..])
        : throw new ArgumentException("The object's path has no bucket: it was stored by another kind of store.", nameof(storagePath));

    /// <summary>Whether it is a plain relative path that stays below where it starts.</summary>
    public static bool IsValid(string storagePath) =>
        storagePath.Length is > 0 and <= MaxLength
        && !storagePath.AsSpan().ContainsAnyExcept(Allowed)
        && storagePath.Split('/').All(part => part.Length > 0 && part[0] != '.');
}
