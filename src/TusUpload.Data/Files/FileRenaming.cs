using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Files;

/// <summary>A file's name for people. Nothing else hangs on it: neither the storage path nor the usage.</summary>
public sealed class FileRenaming([FromKeyedServices(Pools.Api)] NpgsqlDataSource database)
{
    // The database brings names into NFC: a process without the system's globalization data (InvariantGlobalization) leaves them as they are.
    private const string RenameSql = """
        UPDATE tus_upload.files SET file_name = normalize($3, NFC), version = version + 1
         WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL AND ($4::int IS NULL OR version = $4)
        """;

    private const string ExistsSql = "SELECT EXISTS (SELECT FROM tus_upload.files WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL)";

    /// <summary>The caller has checked the name's form.</summary>
    /// <param name="version">The only one that is changed; null: any.</param>
    public async Task<RenameOutcome> RenameAsync(Guid id, string userId, string fileName, int? version, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RenameSql);
        command.With(id).With(userId).With(fileName).With(version);
        if (await command.ExecuteNonQueryAsync(cancellationToken) > 0)
        {
            return RenameOutcome.Renamed;
        }

        await using var exists = database.CreateCommand(ExistsSql);
        exists.With(id).With(userId);
        return await exists.ExecuteScalarAsync(cancellationToken) is true ? RenameOutcome.OtherVersion : RenameOutcome.NotFound;
    }
}

/// <summary>What came of it.</summary>
public enum RenameOutcome
{
    Renamed,

    /// <summary>This user has no such file.</summary>
    NotFound,

    /// <summary>It has been changed since the version that was named.</summary>
    OtherVersion,
}
