using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Files;

/// <summary>Which files there are, deleted ones whose object is still to be removed among them.</summary>
public sealed class KnownFiles([FromKeyedServices(Pools.Jobs)] NpgsqlDataSource database)
{
    private const string Sql = "SELECT id FROM tus_upload.files WHERE id = ANY ($1)";

    /// <summary>Those of the ids that are a file's.</summary>
    public async Task<HashSet<Guid>> OfAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.With(ids);
        var known = new HashSet<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            known.Add(row.GetGuid(0));
        }

        return known;
    }
}
