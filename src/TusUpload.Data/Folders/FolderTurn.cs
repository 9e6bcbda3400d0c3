using Npgsql;

namespace TusUpload.Data.Folders;

/// <summary>
/// Folders of a workspace are made, renamed, moved, deleted, restored and removed one at a time: so none is made twice, no two moves make
/// a circle, and nothing comes below a folder that goes to the trash. Uploads ask for no turn. Turn and statement are one round trip and
/// one transaction, in which the statement, being one of its own, sees what the turn before has committed. Whoever dies in it leaves
/// nothing.
/// </summary>
internal static class FolderTurn
{
    private const string TakeSql = "SELECT pg_advisory_xact_lock(hashtextextended('folders of ' || $1::text, 0))::text";

    /// <summary>A batch of the turn and the statement, whose parameters follow.</summary>
    public static NpgsqlBatch CreateTurn(this NpgsqlDataSource database, Guid workspaceId, NpgsqlBatchCommand statement)
    {
        var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(TakeSql).With(workspaceId));
        batch.BatchCommands.Add(statement);
        return batch;
    }

    /// <summary>Runs it, and reads the one row that the statement gives; null where it gives none.</summary>
    public static async Task<T?> ReadAsync<T>(this NpgsqlBatch batch, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
        where T : class
    {
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? read(row) : null;
    }
}
