using Microsoft.EntityFrameworkCore;

using Npgsql;

using TusUpload.Data.Connections;
using TusUpload.Data.Sessions;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Data;

/// <summary>Creations of one account that come while another one is being made.</summary>
public sealed class SessionGroupTests(PostgresServer postgres) : IAsyncLifetime
{
    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(postgres, limit: 1000);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task What_comes_meanwhile_is_made_by_one_transaction_and_is_what_each_would_be_alone()
    {
        NewSession[] kinds =
        [
            Whole(10),
            Whole(0),
            _database.Session(20) with { Metadata = "filename YQ==", ResumeKey = "a key", RelativePath = "e\u0301/a", FileHash = new string('a', 64) },
            _database.Session(null) with { ContentType = "text/plain", LeaseNode = Guid.CreateVersion7() },
            _database.Session(30, span: new(0, 5, new byte[16])) with { LeaseNode = Guid.CreateVersion7(), ContentNode = Guid.CreateVersion7() },
            _database.Session(40) with { IsPartial = true, PromisedSha512 = new string('b', 128), FileName = "e\u0301" },
        ];
        foreach (var kind in kinds)
        {
            Assert.True((await _database.CreateAsync(kind)).Made);
        }

        NewSession[] again = [.. kinds.Select(kind => kind with { Id = Guid.CreateVersion7(), ResumeKey = kind.ResumeKey is null ? null : "another" })];
        var answers = await AtOnceAsync([Whole(1), .. again]);

        Assert.All(answers, admission => Assert.True(admission.Made));
        Assert.Single((await QueryAsync("SELECT DISTINCT xmin::text FROM tus_upload.upload_sessions WHERE id = ANY ($1)", again)).Distinct());
        foreach (var table in new[] { "upload_sessions", "files", "upload_chunks", "outbox" })
        {
            var id = table switch { "upload_chunks" => "session_id", "outbox" => "subject", _ => "id" };
            var rows = $"""
                SELECT (to_jsonb(t) - ARRAY['id', 'position', 'session_id', 'subject', 'resume_key', 'event_id', 'data'])::text
                         || COALESCE((to_jsonb(t) -> 'data') - 'id', 'null')::text
                  FROM unnest($1) WITH ORDINALITY AS named (row_id, place) JOIN tus_upload.{table} t ON t.{id} = named.row_id
                 ORDER BY named.place, {(table == "outbox" ? "position" : "1")}
                """;
            var (one, other) = (await QueryAsync(rows, kinds), await QueryAsync(rows, again));
            Assert.NotEmpty(one);
            Assert.Equal(one.Select(Timeless), other.Select(Timeless));
        }

        await using var db = _database.Db();
        Assert.Equal(201, (await db.Users.SingleAsync(Ct)).StorageReserved);
        Assert.Equal(201, (await db.Workspaces.SingleAsync(Ct)).StorageReserved);
    }

    [Fact]
    public async Task A_group_that_does_not_fit_is_asked_for_one_by_one()
    {
        var answers = await AtOnceAsync([.. Enumerable.Repeat(0, 9).Select(_ => Whole(200))]);

        Assert.Equal(5, answers.Count(admission => admission.Made));
        Assert.All(answers.Where(admission => !admission.Made), refused => Assert.Equal("user", refused.Room.FirstWithout(200).Name));
        await using var db = _database.Db();
        Assert.Equal(1000, (await db.Users.SingleAsync(Ct)).StorageReserved);
        Assert.Equal(5, await db.Files.CountAsync(Ct));
    }

    [Fact]
    public async Task Whatever_one_of_a_group_asks_for_costs_the_others_nothing()
    {
        NewSession[] odd =
        [
            Whole(1) with { FileName = "no\0name" },
            Whole(1) with { FolderId = Guid.CreateVersion7() },
            Whole(1) with { BytesKeptUntil = TestDatabase.Now.AddSeconds(-1) },
            _database.Session(long.MaxValue),
            _database.Session(long.MaxValue),
        ];

        var answers = await AskAtOnceAsync([Whole(1), .. odd, Whole(2), Whole(3)]);

        Assert.IsType<PostgresException>(answers[1].Exception?.InnerException);
        answers.RemoveAt(1);
        var admissions = await Task.WhenAll(answers);
        Assert.Equal([true, false, false, false, false, true, true], admissions.Select(admission => admission.Made));
        Assert.Equal((false, false), (admissions[1].FolderKnown, admissions[2].InTime));
        await using var db = _database.Db();
        Assert.Equal(6, (await db.Users.SingleAsync(Ct)).StorageReserved);
    }

    [Fact]
    public async Task Whose_client_has_gone_before_its_turn_is_not_made_and_who_waits_too_long_is_told_so()
    {
        await using var connection = await _database.Get<NpgsqlDataSource>().OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using var holding = new NpgsqlCommand("SELECT FROM tus_upload.users FOR UPDATE", connection, transaction);
        await holding.ExecuteNonQueryAsync(Ct);
        using var client = new CancellationTokenSource();
        var creation = _database.Get<SessionCreation>();
        var first = creation.CreateAsync(Whole(1), Ct);
        var (gone, stays) = (creation.CreateAsync(Whole(2), client.Token), creation.CreateAsync(Whole(3), Ct));

        await client.CancelAsync();
        await transaction.CommitAsync(Ct);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.True((await first).Made && (await stays).Made);
        await using var db = _database.Db();
        Assert.Equal(4, (await db.Users.SingleAsync(Ct)).StorageReserved);

        var impatient = new SessionGroups((_, _) => throw new InvalidOperationException(), _ => throw new InvalidOperationException(), TimeSpan.FromTicks(-1));
        await Assert.ThrowsAsync<NotAskedException>(() => impatient.CreateAsync(Whole(1), Ct));
    }

    // Created, last active, expires, events: their times alone may differ.
    private static string Timeless(string row) =>
        System.Text.RegularExpressions.Regex.Replace(row, @"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", "time", default, TimeSpan.FromSeconds(1));

    private NewSession Whole(long size) => _database.Session(size, span: size == 0 ? null : new(0, size, new byte[16])) with
    {
        Sha256 = new string('c', 64),
        BytesKeptUntil = TestDatabase.Now.AddHours(1),
    };

    private async Task<Admission[]> AtOnceAsync(NewSession[] uploads) => await Task.WhenAll(await AskAtOnceAsync(uploads));

    /// <summary>Asks for all of them while the account's row is another's, so that all but the first come meanwhile; all have been answered.</summary>
    private async Task<List<Task<Admission>>> AskAtOnceAsync(NewSession[] uploads)
    {
        await using var connection = await _database.Get<NpgsqlDataSource>().OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using var holding = new NpgsqlCommand("SELECT FROM tus_upload.users FOR UPDATE", connection, transaction);
        await holding.ExecuteNonQueryAsync(Ct);
        var asked = uploads.Select(_database.CreateAsync).ToList();
        Assert.All(asked, answer => Assert.False(answer.IsCompleted));
        await transaction.CommitAsync(Ct);
        await Task.WhenAll(asked.Select(answer => answer.ContinueWith(_ => { }, TaskScheduler.Default)));
        return asked;
    }

    private async Task<List<string>> QueryAsync(string sql, NewSession[] uploads)
    {
        await using var command = _database.Get<NpgsqlDataSource>().CreateCommand(sql);
        command.Parameters.AddWithValue(uploads.Select(upload => upload.Id).ToArray());
        await using var row = await command.ExecuteReaderAsync(Ct);
        var rows = new List<string>();
        while (await row.ReadAsync(Ct))
        {
            rows.Add(row.GetString(0));
        }

        return rows;
    }
}
