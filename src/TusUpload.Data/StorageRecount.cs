using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data;

/// <summary>
/// Holds what is counted at every level against what is there: reserved against what uploads hold, used against the files that are ready. The two change
/// in one transaction, so they differ only where something is wrong: a row edited by hand, a restore in parts, an error of ours.
/// </summary>
public sealed class StorageRecount([FromKeyedServices(Pools.Jobs)] NpgsqlDataSource database)
{
    internal static readonly StorageTable[] Tables =
    [
        new("user", "users", "user_id", "$1"), new("workspace", "workspaces", "workspace_id", "$1::uuid"), new("link", "links", "link_id", "$1::uuid"),
    ];

    internal static readonly StorageMeasure[] Measures =
    [
        // Nothing else holds anything; by indexes that only unfinished rows are in.
        new("reserved", "storage_reserved", """
            SELECT user_id, workspace_id, link_id, reserved_size AS bytes FROM tus_upload.upload_sessions WHERE status = 'receiving'
            UNION ALL
            SELECT session.user_id, session.workspace_id, session.link_id, session.reserved_size
              FROM tus_upload.files file JOIN tus_upload.upload_sessions session ON session.id = file.id
             WHERE file.processing_status IN ('received', 'verifying', 'scanning', 'storing')
            UNION ALL
            SELECT session.user_id, session.workspace_id, session.link_id, session.reserved_size
              FROM tus_upload.files file JOIN tus_upload.upload_sessions session ON session.id = file.id
             WHERE file.processing_status = 'failed'
            """),
        new("used", "storage_used", """
            SELECT user_id, workspace_id, link_id, file_size AS bytes FROM tus_upload.files WHERE processing_status = 'ready' AND deleted_at IS NULL
            """),
    ];

    // One snapshot, in which the two agree or are wrong.
    private static string FindSql(StorageMeasure[] measures) => $"""
        WITH {string.Join(", ", measures.Select(measure => $"{measure.Name} AS MATERIALIZED ({measure.Sql})"))}
        {string.Join("\nUNION ALL\n", measures.SelectMany(measure => Tables.Select(table => $"""
            SELECT '{table.Level}', level.id::text, '{measure.Name}', level.{measure.Column}, COALESCE(truth.bytes, 0)::bigint
              FROM tus_upload.{table.Name} level
              LEFT JOIN (SELECT {table.Column} AS id, sum(bytes) AS bytes FROM {measure.Name} GROUP BY 1) AS truth ON truth.id = level.id
             WHERE level.{measure.Column} <> COALESCE(truth.bytes, 0)
            """)))}
        """;

    /// <summary>Every counter that is wrong, in one snapshot. Reads every file's row.</summary>
    public Task<IReadOnlyList<StorageDrift>> FindAsync(CancellationToken cancellationToken) => FindAsync(Measures, cancellationToken);

    internal async Task<IReadOnlyList<StorageDrift>> FindAsync(StorageMeasure[] measures, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql(measures));
        var found = new List<StorageDrift>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            found.Add(new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4)));
        }

        return found;
    }
}

/// <summary>One of the levels that count storage.</summary>
/// <param name="Column">Its id in the rows that are counted.</param>
/// <param name="Id">Its id where it is the first parameter, a text.</param>
internal sealed record StorageTable(string Level, string Name, string Column, string Id);

/// <summary>One of the things that are counted at each level.</summary>
/// <param name="Column">The counter.</param>
/// <param name="Sql">The truth: <c>user_id, workspace_id, link_id, bytes</c>.</param>
internal sealed record StorageMeasure(string Name, string Column, string Sql);

/// <summary>A counter that is wrong. Bytes.</summary>
/// <param name="Level">user, workspace or link.</param>
/// <param name="Measure">reserved or used.</param>
/// <param name="Counted">What the counter says.</param>
/// <param name="Actual">What uploads hold, or files use.</param>
public sealed record StorageDrift(string Level, string Id, string Measure, long Counted, long Actual);
