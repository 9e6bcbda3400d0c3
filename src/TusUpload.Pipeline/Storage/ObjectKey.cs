using System.Buffers;

namespace TusUpload.Pipeline.Storage;

/// <summary>
/// Keys of objects: workspace, the id's last two digits (random ones, so folders fill evenly), id. The name for people stays in the database.
/// </summary>
internal static class ObjectKey
{
    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./");

    public static string For(Guid workspaceId, Guid fileId)
    {
        var id = fileId.ToString("D");
        return $"{workspaceId:n}/{id.AsSpan(^2)}/{id}";
    }

    /// <summary>The file whose object it is; null where the key is not one of ours.</summary>
    public static Guid? FileOf(string key) =>
        key.Split('/') is [var workspace, var shard, var id]
        && Guid.TryParseExact(workspace, "N", out var workspaceId) && Guid.TryParseExact(id, "D", out var fileId)
        && For(workspaceId, fileId) == key
            ? fileId
            : null;

    /// <summary>Whether it is a plain relative path that stays below where it starts.</summary>
    public static bool IsValid(string key) =>
        key.Length is > 0 and <= 300
        && !key.AsSpan().ContainsAnyExcept(Allowed)
        && key.Split('/').All(part => part.Length > 0 && part[0] != '.');
}
