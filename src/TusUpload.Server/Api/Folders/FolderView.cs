using System.Linq.Expressions;
using System.Text.Json.Serialization;

using TusUpload.Data.Folders;

namespace TusUpload.Server.Api.Folders;

/// <summary>A folder as the API shows it.</summary>
/// <param name="ParentId">The folder above; null at the root.</param>
/// <param name="LinkId">The link it was made through; null: none.</param>
/// <param name="Path">Names from the root down, joined by '/'; the last one is its own.</param>
internal sealed record FolderView(Guid Id, Guid WorkspaceId, Guid? ParentId, Guid? LinkId, string Path, DateTimeOffset CreatedAt)
{
    public static readonly Expression<Func<Folder, FolderView>> Of = folder =>
        new FolderView(folder.Id, folder.WorkspaceId, folder.ParentId, folder.LinkId, folder.Path, folder.CreatedAt) { Version = folder.Version };

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>How many files lie in it itself; shown where one folder is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Files { get; init; }

    /// <summary>How many bytes they are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Bytes { get; init; }

    [JsonIgnore]
    public int Version { get; init; }
}
