using Microsoft.EntityFrameworkCore;

using TusUpload.Data.ApiKeys;
using TusUpload.Data.Audit;
using TusUpload.Data.Batches;
using TusUpload.Data.Checksums;
using TusUpload.Data.Files;
using TusUpload.Data.Folders;
using TusUpload.Data.Journal;
using TusUpload.Data.Links;
using TusUpload.Data.Metrics;
using TusUpload.Data.Nodes;
using TusUpload.Data.Outbox;
using TusUpload.Data.Secrets;
using TusUpload.Data.Sessions;
using TusUpload.Data.Users;
using TusUpload.Data.Workspaces;

namespace TusUpload.Data;

/// <summary>
/// The model: tables, migrations and the API's ordinary queries. State that uploads and jobs race for is changed by the statements in the
/// rooms, never through here.
/// </summary>
public sealed class TusUploadDb(DbContextOptions<TusUploadDb> options) : DbContext(options)
{
    /// <summary>Every table of ours lives in this schema.</summary>
    public const string Schema = "tus_upload";

    public DbSet<User> Users => Set<User>();

    public DbSet<Workspace> Workspaces => Set<Workspace>();

    public DbSet<WorkspaceMember> Members => Set<WorkspaceMember>();

    public DbSet<Link> Links => Set<Link>();

    public DbSet<Folder> Folders => Set<Folder>();

    public DbSet<Batch> Batches => Set<Batch>();

    public DbSet<BatchFile> BatchFiles => Set<BatchFile>();

    public DbSet<StoredFile> Files => Set<StoredFile>();

    public DbSet<UploadSession> Sessions => Set<UploadSession>();

    public DbSet<UploadChunk> Chunks => Set<UploadChunk>();

    public DbSet<FileChecksum> Checksums => Set<FileChecksum>();

    public DbSet<UploadMetric> Metrics => Set<UploadMetric>();

    public DbSet<Node> Nodes => Set<Node>();

    public DbSet<OutboxEvent> Outbox => Set<OutboxEvent>();

    public DbSet<StepEntry> Journal => Set<StepEntry>();

    public DbSet<ServerSecret> Secrets => Set<ServerSecret>();

    public DbSet<ProtectionKey> ProtectionKeys => Set<ProtectionKey>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<AuditEntry> AuditLog => Set<AuditEntry>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        modelBuilder.HasSequence<long>(OutboxEventConfiguration.Sequence);
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(TusUploadDb).Assembly);
    }
}
