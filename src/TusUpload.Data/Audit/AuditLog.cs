using System.Buffers.Binary;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Audit;

/// <summary>Writes and trims the audit log; read through the model.</summary>
public sealed class AuditLog([FromKeyedServices(Pools.Api)] NpgsqlDataSource database, IOptions<AuditOptions> options, TimeProvider time)
{
    // Seconds. An answer waits for its entry.
    private const int Patience = 5;

    // Whatever the subject is, its id is nobody else's; what was removed with its row is in no workspace any more.
    private const string AddSql = """
        INSERT INTO tus_upload.audit_log (id, at, actor, key_id, action, subject, address, status, workspace_id)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, COALESCE(
            (SELECT workspace_id FROM tus_upload.files WHERE id = $9),
            (SELECT workspace_id FROM tus_upload.upload_sessions WHERE id = $9),
            (SELECT workspace_id FROM tus_upload.folders WHERE id = $9),
            (SELECT workspace_id FROM tus_upload.batches WHERE id = $9),
            (SELECT workspace_id FROM tus_upload.links WHERE id = $9),
            (SELECT id FROM tus_upload.workspaces WHERE id = $9))
        """;

    private const string TrimSql = """
        DELETE FROM tus_upload.audit_log WHERE id IN (SELECT id FROM tus_upload.audit_log WHERE id < $1 ORDER BY id LIMIT $2)
        """;

    /// <summary>Adds an entry; its workspace is that of its subject, where that is the id of something.</summary>
    public async Task AddAsync(AuditFact fact, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var command = database.CreateCommand(AddSql);
        command.CommandTimeout = Patience;
        command.With(Guid.CreateVersion7(now)).With(now).With(fact.Actor).With(fact.KeyId).With(fact.Action).With(fact.Subject).With(fact.Address)
            .With((short)fact.Status).With(Guid.TryParse(fact.Subject, out var id) ? id : default(Guid?));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Removes at most so many that are older than they are kept; says how many.</summary>
    public async Task<int> TrimAsync(int most, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(TrimSql);
        command.With(FirstIdOf(time.GetUtcNow() - options.Value.KeepFor)).With(most);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The lowest id of version 7 of a moment: ids tell when, so no second index is needed to find entries by time.</summary>
    public static Guid FirstIdOf(DateTimeOffset moment)
    {
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id, Math.Max(0, moment.ToUnixTimeMilliseconds()) << 16);
        (id[6], id[8]) = (0x70, 0x80);
        return new Guid(id, bigEndian: true);
    }
}

/// <summary>What an entry says, see <see cref="AuditEntry"/>.</summary>
public sealed record AuditFact(string? Actor, Guid? KeyId, string Action, string? Subject, string? Address, int Status);
