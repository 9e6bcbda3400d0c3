using Npgsql;

namespace TusUpload.Data.Workspaces;

/// <summary>What a workspace, and a link into it, say of the files that may come.</summary>
public sealed class PlaceRules(NpgsqlDataSource database)
{
    private const string FindSql = """
        SELECT space.allowed_types, space.denied_types, space.max_file_size, link.allowed_types, link.max_file_size
          FROM tus_upload.workspaces space LEFT JOIN tus_upload.links link ON link.id = $2 AND link.workspace_id = space.id
         WHERE space.id = $1
        """;

    /// <summary>Of the workspace, and of the link where there is one; a place that is not there says nothing.</summary>
    public async Task<(PlaceRule Workspace, PlaceRule Link)> FindAsync(Guid workspaceId, Guid? linkId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        await using var row = await command.With(workspaceId).With(linkId).ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? (new(Types(row, 0), Types(row, 1), Size(row, 2)), new(Types(row, 3), [], Size(row, 4)))
            : (PlaceRule.None, PlaceRule.None);
    }

    private static string[] Types(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? [] : row.GetFieldValue<string[]>(column);

    private static long? Size(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}

/// <summary>What is empty or null forbids nothing. Bytes.</summary>
public sealed record PlaceRule(IReadOnlyList<string> AllowedTypes, IReadOnlyList<string> DeniedTypes, long? MaxFileSize)
{
    public static readonly PlaceRule None = new([], [], null);

    public bool SaysNothing => AllowedTypes.Count == 0 && DeniedTypes.Count == 0 && MaxFileSize is null;
}
