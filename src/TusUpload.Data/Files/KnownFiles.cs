using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Files;

/// <summary>Which files there are, deleted ones whose object is still to be removed among them.</summary>
public sealed class KnownFiles([FromKeyedServices(Pools.Jobs)] NpgsqlDataSource database)
{
    // A file that is on its way has its object before it has its path.
    private const string Sql = """
        SELECT asked.path FROM unnest($1::uuid[], $2::text[]) AS asked (id, path)
         WHERE EXISTS (SELECT FROM tus_upload.files WHERE id = asked.id) OR EXISTS (SELECT FROM tus_upload.files WHERE storage_path = asked.path)
        """;

    private const string PathSql = "SELECT DISTINCT storage_path FROM tus_upload.files WHERE storage_path = ANY ($1)";

    /// <summary>Those of the paths that a file has.</summary>
    public async Task<HashSet<string>> WithPathsAsync(string[] paths, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(PathSql);
        command.With(paths);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Those of the objects that a file has, by path: the file that its path names, or a copy of that.</summary>
    public async Task<HashSet<string>> OfAsync(IReadOnlyCollection<(Guid FileId, string Path)> objects, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.With(objects.Select(entry => entry.FileId).ToArray()).With(objects.Select(entry => entry.Path).ToArray());
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task<HashSet<string>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            known.Add(row.GetString(0));
        }

        return known;
    }
}
