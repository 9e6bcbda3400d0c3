using System.Linq.Expressions;
using System.Text.Json.Serialization;

using TusUpload.Data.Files;

namespace TusUpload.Server.Api.Files;

/// <summary>A file as the API shows it. Its id is its upload's.</summary>
/// <param name="Rejection">Why it was refused or failed.</param>
internal sealed record FileView(
    Guid Id,
    string FileName,
    long FileSize,
    string? ContentType,
    string ProcessingStatus,
    string? Sha256,
    string? StoragePath,
    Guid WorkspaceId,
    Guid? FolderId,
    Guid? LinkId,
    Guid? BatchId,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ReadyAt,
    RejectionView? Rejection)
{
    [JsonIgnore]
    public int Version { get; init; }

    public static readonly Expression<Func<StoredFile, FileView>> Of = file => new FileView(
        file.Id,
        file.FileName,
        file.FileSize,
        file.ContentType,
        file.ProcessingStatus,
        file.Sha256,
        file.StoragePath,
        file.WorkspaceId,
        file.FolderId,
        file.LinkId,
        file.BatchId,
        file.CreatedAt,
        file.ReadyAt,
        file.RejectionCode == null ? null : new RejectionView(file.RejectionCode, file.RejectionMessage))
    {
        Version = file.Version,
    };
}

internal sealed record RejectionView(string Code, string? Message);
