using System.Linq.Expressions;
using System.Text.Json.Serialization;

using TusUpload.Data;
using TusUpload.Data.Workspaces;
using TusUpload.Server.Api.Usage;

namespace TusUpload.Server.Api.Workspaces;

/// <summary>A workspace as the API shows it.</summary>
/// <param name="Owner">The user whose account its files count for.</param>
/// <param name="Role">The caller's: <c>owner</c>, or what it is as a member.</param>
/// <param name="DeletedAt">In the trash since then; null: not.</param>
internal sealed record WorkspaceView(
    Guid Id,
    string Name,
    string Owner,
    string? Role,
    string NamePolicy,
    string[]? AllowedTypes,
    string[]? DeniedTypes,
    long? MaxFileSize,
    string[]? AllowedOrigins,
    AccountUsage Storage,
    DateTimeOffset CreatedAt,
    DateTimeOffset? DeletedAt)
{
    public const string OwnerRole = "owner";

    [JsonIgnore]
    public int Version { get; init; }

    public static Expression<Func<Workspace, WorkspaceView>> For(TusUploadDb db, string caller) => space => new WorkspaceView(
        space.Id,
        space.Name,
        space.UserId,
        space.UserId == caller
            ? OwnerRole
            : db.Members.Where(member => member.WorkspaceId == space.Id && member.UserId == caller).Max(member => member.Role),
        space.NamePolicy,
        space.AllowedTypes,
        space.DeniedTypes,
        space.MaxFileSize,
        space.AllowedOrigins,
        new AccountUsage(space.StorageLimit, space.StorageUsed, space.StorageReserved),
        space.CreatedAt,
        space.DeletedAt)
    {
        Version = space.Version,
    };
}
