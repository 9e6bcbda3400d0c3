using Npgsql;

namespace TusUpload.Data.Sessions;

/// <summary>Which upload tokens count: those of the row's revision, while the upload is there.</summary>
public sealed class SessionTokens(NpgsqlDataSource database)
{
    private const string RevisionSql = """
        SELECT token_revision FROM tus_upload.upload_sessions WHERE id = $1 AND uploader_id = $2 AND status IN ('receiving', 'received', 'joined')
        """;

    private const string RevokeSql = "UPDATE tus_upload.upload_sessions SET token_revision = token_revision + 1 WHERE id = $1 AND uploader_id = $2";

    /// <summary>The revision that counts; null when this uploader has no such upload, or it has ended.</summary>
    public async Task<int?> RevisionAsync(Guid id, string uploaderId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RevisionSql);
        command.With(id).With(uploaderId);
        return await command.ExecuteScalarAsync(cancellationToken) as int?;
    }

    /// <summary>From now on no token that was issued before counts; false when this uploader has no such upload.</summary>
    public async Task<bool> RevokeAsync(Guid id, string uploaderId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RevokeSql);
        command.With(id).With(uploaderId);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }
}
