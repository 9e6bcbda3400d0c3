namespace TusUpload.Data.Sessions;

/// <summary>What the hot paths read of a session. Sizes in bytes.</summary>
public sealed record SessionState(
    Guid Id,
    string UserId,
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

    public bool IsFinal => Concat is not null && !IsPartial;

    /// <summary>Its columns in the order of <see cref="Read"/>.</summary>
    internal const string Columns =
        "id, user_id, status, uploaded_size, total_size, reserved_size, metadata, lease_node, lease_epoch, content_node, expires_at, "
        + "is_partial, CASE WHEN is_partial THEN 'partial' ELSE concat END, token_revision";

    internal static SessionState Read(Npgsql.NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetString(1),
        row.GetString(2),
        row.GetInt64(3),
        row.IsDBNull(4) ? null : row.GetInt64(4),
        row.GetInt64(5),
        row.IsDBNull(6) ? null : row.GetString(6),
        row.IsDBNull(7) ? null : row.GetGuid(7),
        row.GetInt64(8),
        row.IsDBNull(9) ? null : row.GetGuid(9),
        row.GetFieldValue<DateTimeOffset>(10))
    {
        IsPartial = row.GetBoolean(11),
        Concat = row.IsDBNull(12) ? null : row.GetString(12),
        TokenRevision = row.GetInt32(13),
    };
}
