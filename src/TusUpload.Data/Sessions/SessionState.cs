namespace TusUpload.Data.Sessions;

/// <summary>What the hot paths read of a session. Sizes in bytes.</summary>
public sealed record SessionState(
    Guid Id,
    string UserId,
    string UploaderId,
    string Status,
    long UploadedSize,
    long? TotalSize,
    long ReservedSize,
    string? Metadata,
    Guid? LeaseNode,
    long LeaseEpoch,
    Guid? ContentNode,
    DateTimeOffset ExpiresAt)
{
    /// <inheritdoc cref="UploadSession.IsPartial"/>
    public bool IsPartial { get; init; }

    /// <summary>Upload-Concat to the letter; null for an upload that is neither partial nor final.</summary>
    public string? Concat { get; init; }

    /// <inheritdoc cref="UploadSession.TokenRevision"/>
    public int TokenRevision { get; init; }

    /// <inheritdoc cref="UploadSession.FinalId"/>
    public Guid? FinalId { get; init; }

    /// <summary>Where it goes.</summary>
    public Guid WorkspaceId { get; init; }

    /// <summary>Through which link; null: none.</summary>
    public Guid? LinkId { get; init; }

    /// <inheritdoc cref="UploadSession.ContentType"/>
    public string? ContentType { get; init; }

    public bool IsFinal => Concat is not null && !IsPartial;

    /// <summary>
    /// When it ends. Parts and their final live as long as the youngest of them: a part that is complete waits for the others, and the final for
    /// all. Reads the columns of the table without a name before them.
    /// </summary>
    internal const string Expiry = """
        CASE WHEN status <> 'receiving' OR (final_id IS NULL AND part_ids IS NULL) THEN expires_at ELSE GREATEST(expires_at, (
            SELECT max(kin.expires_at) FROM unnest(ARRAY[COALESCE(final_id, id)]) AS family (final)
              JOIN tus_upload.upload_sessions kin ON kin.final_id = family.final OR kin.id = family.final
             WHERE kin.status = 'receiving')) END
        """;

    /// <summary>Its columns in the order of <see cref="Read"/>.</summary>
    internal const string Columns = $"""
        id, user_id, uploader_id, status, uploaded_size, total_size, reserved_size, metadata, lease_node, lease_epoch, content_node, {Expiry},
        is_partial, CASE WHEN is_partial THEN 'partial' ELSE concat END, token_revision, final_id,
        workspace_id, link_id, content_type
        """;

    /// <summary>The same of a session that is named beside others.</summary>
    internal static string ExpiryOf(string session) => $"(SELECT {Expiry} FROM (SELECT {session}.*) AS session)";

    /// <summary>How many they are: a statement's own columns follow them.</summary>
    internal const int ColumnCount = 19;

    internal static SessionState Read(Npgsql.NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetInt64(4),
        row.IsDBNull(5) ? null : row.GetInt64(5),
        row.GetInt64(6),
        row.IsDBNull(7) ? null : row.GetString(7),
        row.IsDBNull(8) ? null : row.GetGuid(8),
        row.GetInt64(9),
        row.IsDBNull(10) ? null : row.GetGuid(10),
        row.GetFieldValue<DateTimeOffset>(11))
    {
        IsPartial = row.GetBoolean(12),
        Concat = row.IsDBNull(13) ? null : row.GetString(13),
        TokenRevision = row.GetInt32(14),
        FinalId = row.IsDBNull(15) ? null : row.GetGuid(15),
        WorkspaceId = row.GetGuid(16),
        LinkId = row.IsDBNull(17) ? null : row.GetGuid(17),
        ContentType = row.IsDBNull(18) ? null : row.GetString(18),
    };
}
