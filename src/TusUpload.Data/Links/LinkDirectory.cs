using Npgsql;

namespace TusUpload.Data.Links;

/// <summary>Links as their visitors find them, and how many of those came.</summary>
public sealed class LinkDirectory(NpgsqlDataSource database)
{
    // A link into a workspace that is in the trash leads nowhere.
    private const string Columns = """
        SELECT link.id, link.slug, link.name, link.password_hash, link.expires_at, COALESCE(link.revoked_at, space.deleted_at),
               link.max_files - link.files, link.storage_limit - link.storage_used - link.storage_reserved, link.max_file_size, link.allowed_types,
               link.max_uses - link.uses
          FROM tus_upload.links link JOIN tus_upload.workspaces space ON space.id = link.workspace_id
        """;

    private const string FindSql = $"{Columns} WHERE link.id = $1";

    private const string FindBySlugSql = $"{Columns} WHERE link.slug = $1";

    private const string IdSql = "SELECT id FROM tus_upload.links WHERE slug = $1";

    private const string CountSql = """
        UPDATE tus_upload.links SET uses = uses + 1
         WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2) AND (max_uses IS NULL OR uses < max_uses)
        """;

    /// <summary>Null: there is none.</summary>
    public async Task<SharedLink?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        command.With(id);
        return await ReadAsync(command, cancellationToken);
    }

    /// <inheritdoc cref="FindAsync(Guid, CancellationToken)"/>
    public async Task<SharedLink?> FindAsync(string slug, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindBySlugSql);
        command.With(slug);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Null: no link has this slug.</summary>
    public async Task<Guid?> IdOfAsync(string slug, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(IdSql);
        command.With(slug);
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    /// <summary>Counts a visitor; false where the link takes no more of them. Dying after it costs the link a use.</summary>
    public async Task<bool> CountVisitAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(CountSql);
        command.With(id).With(now);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    private static async Task<SharedLink?> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(
                row.GetGuid(0),
                row.GetString(1),
                row.GetString(2),
                row.IsDBNull(3) ? null : row.GetString(3),
                row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4),
                row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5))
            {
                FilesLeft = row.IsDBNull(6) ? null : Math.Max(row.GetInt32(6), 0),
                BytesLeft = row.IsDBNull(7) ? null : Math.Max(row.GetInt64(7), 0),
                MaxFileSize = row.IsDBNull(8) ? null : row.GetInt64(8),
                AllowedTypes = row.IsDBNull(9) ? null : row.GetFieldValue<string[]>(9),
                UsesLeft = row.IsDBNull(10) ? null : Math.Max(row.GetInt32(10), 0),
            }
            : null;
    }
}
