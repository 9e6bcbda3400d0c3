using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Content;

/// <summary>Whose bytes somebody may still ask for.</summary>
public sealed class NeededContent([FromKeyedServices(Pools.Jobs)] NpgsqlDataSource database)
{
    // Not those of an ended upload that were removed before: a writer that slept through all of it may have made the file again. Not those of a file
    // that is ready or rejected: its object, or nothing, has taken their place. A part's file is its final's.
    private const string Sql = """
        SELECT asked.id FROM unnest($1) AS asked (id)
          LEFT JOIN tus_upload.upload_sessions session ON session.id = asked.id
          LEFT JOIN tus_upload.files file ON file.id = COALESCE(session.final_id, asked.id)
         WHERE (session.id IS NOT NULL OR file.id IS NOT NULL)
           AND session.content_removed IS NOT TRUE
           AND (file.id IS NULL OR file.processing_status NOT IN ('ready', 'rejected'))
        """;

    /// <summary>Those of the uploads whose bytes are needed.</summary>
    public async Task<HashSet<Guid>> OfAsync(Guid[] uploads, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.With(uploads);
        var needed = new HashSet<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            needed.Add(row.GetGuid(0));
        }

        return needed;
    }
}
