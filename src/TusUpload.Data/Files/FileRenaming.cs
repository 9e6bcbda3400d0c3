using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Files;

/// <summary>A file's name for people. Nothing else hangs on it: neither the storage path nor the usage.</summary>
public sealed class FileRenaming([FromKeyedServices(Pools.Api)] NpgsqlDataSource database)
{
    // The database brings names into NFC: a process without the system's globalization data (InvariantGlobalization) leaves them as they are.
    private const string RenameSql = """
        UPDATE tus_upload.files SET file_name = normalize($3, NFC) WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL
        """;

    /// <summary>False when this user has no such file. The caller has checked the name's form.</summary>
    public async Task<bool> RenameAsync(Guid id, string userId, string fileName, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RenameSql);
        command.With(id).With(userId).With(fileName);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }
}
