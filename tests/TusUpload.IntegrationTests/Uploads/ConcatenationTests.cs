using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TusUpload.Data.Sessions;
using TusUpload.Data.Workspaces;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Expiry;
using TusUpload.Uploads.Sessions;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>Several partial uploads that become one file.</summary>
public sealed class ConcatenationTests(RunningServer server) : IClassFixture<RunningServer>
{
    private HttpClient Client => server.Client;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Parts_become_a_file_in_their_order_and_nothing_of_them_is_left()
    {
        const string User = "joiner";
        byte[][] bytes = [Random(1_500_000), Random(1), [], Random(700_001)];
        var whole = bytes.SelectMany(part => part).ToArray();
        var parts = new List<Uri>();
        foreach (var part in bytes)
        {
            parts.Add(part.Length == 0 ? await Client.CreatePartAsync(0, user: User) : await Client.UploadPartAsync(part, user: User));
        }

        Assert.Equal((0, whole.Length), await Client.UsageAsync(User));
        using (var list = await Own(User).GetAsync(new Uri("/api/v1/uploads", UriKind.Relative), Ct))
        {
            Assert.Equal(0, (await list.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("items").GetArrayLength());
        }

        var final = await Client.JoinAsync(parts, $"filename {Base64("whole.bin")}", User);

        var file = await Own(User).EndedFileAsync(final.Id());
        Assert.Equal(("ready", "whole.bin"), (file.GetProperty("processingStatus").GetString(), file.GetProperty("fileName").GetString()));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(whole)), file.GetProperty("sha256").GetString());
        Assert.Equal(whole, await Own(User).GetByteArrayAsync(new Uri($"/api/v1/files/{final.Id()}/content", UriKind.Relative), Ct));
        Assert.Equal((whole.Length, 0), await Client.UsageAsync(User));
        await TusRequests.EventuallyAsync(() => Task.FromResult(!parts.Exists(part => File.Exists(PathOf(part)))));
        var events = await server.WithDbAsync(db => db.Outbox.Where(row => row.UserId == User).OrderBy(row => row.Position).ToListAsync(Ct));
        Assert.Equal(["upload.created", "upload.received", "file.processing", "file.ready"], events.Select(row => row.Type));
        Assert.All(events, row => Assert.Equal(final.Id(), row.Subject));
    }

    [Fact]
    public async Task What_parts_hold_moves_to_their_final_and_no_counter_moves()
    {
        const string User = "counter";
        var other = await WorkspaceAsync(User);
        var parts = new[] { await Client.UploadPartAsync(new byte[600], user: User), await Client.CreatePartAsync(400, user: User) };
        Assert.Equal([(User, 0, 1000), ("Default", 0, 1000), ("other", 0, 0)], await LevelsAsync(User));

        var final = await Client.JoinAsync(parts, $"workspaceId {Base64(other.ToString())}", User);
        Assert.Equal([(User, 0, 1000), ("Default", 0, 0), ("other", 0, 1000)], await LevelsAsync(User));
        Assert.Equal((0, 1000), await HeldAsync(final, parts));

        using var last = await Client.PatchAsync(parts[1], 0, new byte[400], user: User);
        Assert.Equal(HttpStatusCode.NoContent, last.StatusCode);
        Assert.Equal("ready", (await Own(User).EndedFileAsync(final.Id())).GetProperty("processingStatus").GetString());
        Assert.Equal([(User, 1000, 0), ("Default", 0, 0), ("other", 1000, 0)], await LevelsAsync(User));
        Assert.Equal((0, 0), await HeldAsync(final, parts));
    }

    [Fact]
    public async Task A_place_without_room_refuses_the_final_and_leaves_its_parts_as_they_were()
    {
        const string User = "narrow";
        var other = await WorkspaceAsync(User, limit: 999);
        var parts = new[] { await Client.UploadPartAsync(new byte[600], user: User), await Client.UploadPartAsync(new byte[400], user: User) };

        using var answer = await Client.ConcatenateAsync(parts, $"workspaceId {Base64(other.ToString())}", User);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "quota_exceeded"), (answer.StatusCode, await answer.CodeAsync()));
        Assert.Equal([(User, 0, 1000), ("Default", 0, 1000), ("other", 0, 0)], await LevelsAsync(User));
        var final = await Client.JoinAsync(parts, user: User);
        Assert.Equal("ready", (await Own(User).EndedFileAsync(final.Id())).GetProperty("processingStatus").GetString());
    }

    [Fact]
    public async Task A_limit_that_was_lowered_since_does_not_lock_out_bytes_that_are_held()
    {
        const string User = "lowered";
        var part = await Client.UploadPartAsync(new byte[600], user: User);
        await server.WithDbAsync(db => db.Users.Where(user => user.Id == User)
            .ExecuteUpdateAsync(set => set.SetProperty(user => user.StorageLimit, 100L), Ct));

        var final = await Client.JoinAsync([part], user: User);

        Assert.Equal("ready", (await Own(User).EndedFileAsync(final.Id())).GetProperty("processingStatus").GetString());
    }

    [Fact]
    public async Task Parts_that_cannot_be_meant_are_refused()
    {
        var mine = await Client.UploadPartAsync([1]);
        var whole = await Client.CreateAsync(10);
        var theirs = await Client.UploadPartAsync([1], user: "somebody");
        var taken = await Client.UploadPartAsync([1]);
        await Client.JoinAsync([taken]);
        var gone = await Client.CreatePartAsync(1);
        using (await Client.TerminateAsync(gone))
        {
        }

        Assert.Equal((404, "part_not_found"), await RefusalAsync(mine, theirs));
        Assert.Equal((404, "part_not_found"), await RefusalAsync(mine, gone));
        Assert.Equal((404, "part_not_found"), await RefusalAsync(mine, new($"/uploads/{Guid.CreateVersion7()}", UriKind.Relative)));
        Assert.Equal((404, "part_not_found"), await RefusalAsync(mine, new($"/elsewhere/{taken.Id()}", UriKind.Relative)));
        Assert.Equal((422, "part_not_partial"), await RefusalAsync(mine, whole));
        Assert.Equal((422, "part_taken"), await RefusalAsync(mine, taken));
        Assert.Equal((400, "invalid_concat"), await RefusalAsync(mine, mine));
        var final = await Client.JoinAsync([mine]);
        Assert.Equal(1, await Client.OffsetAsync(final));
    }

    [Fact]
    public async Task The_same_request_again_finds_the_final_and_another_order_does_not()
    {
        Uri[] parts = [await Client.UploadPartAsync([1]), await Client.UploadPartAsync([2])];
        var final = await Client.JoinAsync(parts);
        await Client.EndedFileAsync(final.Id());

        Assert.Equal(final, await Client.JoinAsync(parts));
        Assert.Equal((422, "part_taken"), await RefusalAsync(parts[1], parts[0]));
        using var head = await Client.HeadAsync(parts[0]);
        Assert.Equal((200, "1", "1", "partial"), ((int)head.StatusCode, Header(head, "Upload-Offset"), Header(head, "Upload-Length"), Header(head, "Upload-Concat")));
        using var empty = await Client.PatchAsync(parts[0], 1, []);
        using var more = await Client.PatchAsync(parts[0], 1, [1]);
        using var end = await Client.TerminateAsync(parts[0]);
        Assert.Equal((204, 403, 403), ((int)empty.StatusCode, (int)more.StatusCode, (int)end.StatusCode));
    }

    [Fact]
    public async Task Twenty_finals_of_the_same_parts_are_one()
    {
        Uri[] parts = [await Client.UploadPartAsync(new byte[10], user: "twenty"), await Client.UploadPartAsync(new byte[20], user: "twenty")];

        var finals = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Client.JoinAsync(parts, user: "twenty")));

        Assert.Single(finals.Distinct());
        Assert.Equal("ready", (await Own("twenty").EndedFileAsync(finals[0].Id())).GetProperty("processingStatus").GetString());
        Assert.Equal((30, 0), await Client.UsageAsync("twenty"));
        Assert.Equal(1, await server.WithDbAsync(db => db.Files.CountAsync(file => file.UserId == "twenty", Ct)));
    }

    [Fact]
    public async Task Two_last_bytes_at_once_always_finish_the_final()
    {
        for (var round = 0; round < 50; round++)
        {
            Uri[] parts = [await Client.CreatePartAsync(1), await Client.CreatePartAsync(1)];
            var final = await Client.JoinAsync(parts);
            using (var open = await Client.HeadAsync(final))
            {
                Assert.Equal((null, "2"), (Header(open, "Upload-Offset"), Header(open, "Upload-Length")));
            }

            var answers = await Task.WhenAll(parts.Select(part => Client.PatchAsync(part, 0, [7])));

            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode));
            Assert.Equal(2, await Client.OffsetAsync(final));
        }
    }

    [Fact]
    public async Task A_final_may_race_with_the_last_byte_of_its_part()
    {
        for (var round = 0; round < 30; round++)
        {
            Uri[] parts = [await Client.CreatePartAsync(1), await Client.UploadPartAsync([1])];

            var patch = Client.PatchAsync(parts[0], 0, [7]);
            var final = await Client.JoinAsync(parts);
            using var answer = await patch;

            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
            Assert.Equal(2, await Client.OffsetAsync(final));
        }
    }

    [Fact]
    public async Task A_length_that_is_told_last_finishes_the_final()
    {
        Uri[] parts = [await Client.CreatePartAsync(null), await Client.UploadPartAsync([9])];
        var final = await Client.JoinAsync(parts);
        using (var open = await Client.HeadAsync(final))
        {
            Assert.Equal((null, null, null), (Header(open, "Upload-Offset"), Header(open, "Upload-Length"), Header(open, "Upload-Defer-Length")));
        }

        using var some = await Client.PatchAsync(parts[0], 0, [1, 2, 3]);
        using var told = await Client.PatchAsync(parts[0], 3, [], length: 3);

        Assert.Equal(HttpStatusCode.NoContent, told.StatusCode);
        Assert.Equal(4, await Client.OffsetAsync(final));
        var file = await Client.EndedFileAsync(final.Id());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData([1, 2, 3, 9])), file.GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task Parts_larger_together_than_an_upload_may_be_are_refused()
    {
        Uri[] parts = [await Client.CreatePartAsync(1, user: "large"), await Client.CreatePartAsync(1, user: "large")];
        await server.WithDbAsync(db => db.Sessions.Where(session => session.UserId == "large")
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.TotalSize, 30L << 30), Ct));

        using var answer = await Client.ConcatenateAsync(parts, user: "large");

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "upload_too_large"), (answer.StatusCode, await answer.CodeAsync()));
        var deferred = await Client.CreatePartAsync(null, user: "large");
        await Client.JoinAsync([parts[0], deferred], user: "large");
        using var told = await Client.PatchAsync(deferred, 0, [1], length: 30L << 30, user: "large");
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "upload_too_large"), (told.StatusCode, await told.CodeAsync()));
    }

    [Fact]
    public async Task A_final_takes_its_key_along_and_its_batch_counts_it_once()
    {
        const string User = "keyed";
        var key = $"resumeKey {Base64("the same file")}";
        Uri[] parts = [await Client.UploadPartAsync([1], key, User), await Client.UploadPartAsync([2], key, User)];
        var older = await Client.CreateAsync(2, key, User);
        var batch = await BatchAsync(User, expected: 1);

        var final = await Client.JoinAsync(parts, $"{key},batchId {Base64(batch.ToString())}", User);

        await TusRequests.EventuallyAsync(() => server.WithDbAsync(db => db.Batches.AnyAsync(
            row => row.Id == batch && row.Status == "completed" && row.JoinedFiles == 1 && row.ReceivedFiles == 1 && row.TotalBytes == 2, Ct)));
        Assert.Equal(final.Id(), await server.WithDbAsync(
            db => db.Sessions.Where(session => session.UserId == User && session.ResumeKey != null).Select(session => session.Id).SingleAsync(Ct)));
        using var head = await Client.HeadAsync(older, User);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
    }

    [Fact]
    public async Task Parts_without_a_final_expire_and_give_back_what_they_hold_without_a_word()
    {
        const string User = "orphans";
        Uri[] parts = [await Client.UploadPartAsync(new byte[100], user: User), await Client.CreatePartAsync(50, user: User)];
        await PassAsync(parts);

        await SweepAsync();

        Assert.Equal((0, 0), await Client.UsageAsync(User));
        Assert.All(parts, part => Assert.False(File.Exists(PathOf(part))));
        Assert.False(await server.WithDbAsync(db => db.Outbox.AnyAsync(row => row.UserId == User, Ct)));
    }

    [Fact]
    public async Task A_final_and_its_parts_live_as_long_as_the_youngest_of_them()
    {
        const string User = "family";
        Uri[] parts = [await Client.UploadPartAsync(new byte[100], user: User), await Client.CreatePartAsync(50, user: User)];
        var final = await Client.JoinAsync(parts, user: User);
        await PassAsync([parts[0], final]);
        await SweepAsync();
        foreach (var one in parts.Append(final))
        {
            using var head = await Client.HeadAsync(one, User);
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        }

        await PassAsync(parts);
        using (var late = await Client.HeadAsync(final, User))
        {
            Assert.Equal(HttpStatusCode.NotFound, late.StatusCode);
        }

        await SweepAsync();

        Assert.Equal((0, 0), await Client.UsageAsync(User));
        Assert.Equal(["upload.created", "upload.expired"], await EventsAsync(User));
        Assert.All(parts, part => Assert.False(File.Exists(PathOf(part))));
    }

    [Fact]
    public async Task A_final_that_was_ended_takes_its_parts_along()
    {
        const string User = "ender";
        var batch = await BatchAsync(User, expected: null);
        Uri[] parts = [await Client.UploadPartAsync(new byte[100], user: User), await Client.CreatePartAsync(50, user: User)];
        var final = await Client.JoinAsync(parts, $"batchId {Base64(batch.ToString())}", User);

        using var answer = await Client.TerminateAsync(final, User);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal((0, 0), await Client.UsageAsync(User));
        Assert.Equal(["upload.created", "upload.terminated"], await EventsAsync(User));
        Assert.All(parts, part => Assert.False(File.Exists(PathOf(part))));
        foreach (var one in parts.Append(final))
        {
            using var head = await Client.HeadAsync(one, User);
            Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
        }
    }

    [Fact]
    public async Task A_file_that_is_deleted_takes_the_rows_of_its_parts_along()
    {
        const string User = "deleter";
        Uri[] parts = [await Client.UploadPartAsync([1], user: User), await Client.UploadPartAsync([2], user: User)];
        var final = await Client.JoinAsync(parts, user: User);
        await Own(User).EndedFileAsync(final.Id());

        using var answer = await Own(User).DeleteAsync(new Uri($"/api/v1/files/{final.Id()}", UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        await server.Services.GetRequiredService<TusUpload.Pipeline.Jobs.DeletionSweep>().RunOnceAsync(Ct);
        Assert.False(await server.WithDbAsync(db => db.Sessions.AnyAsync(session => session.UserId == User, Ct)));
    }

    [Fact]
    public async Task A_part_that_is_terminated_takes_its_family_along()
    {
        const string User = "broken-family";
        Uri[] parts = [await Client.CreatePartAsync(5, user: User), await Client.UploadPartAsync([9], user: User)];
        var final = await Client.JoinAsync(parts, user: User);

        using var gone = await Client.TerminateAsync(parts[0], User);

        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        foreach (var one in parts.Append(final))
        {
            using var head = await Client.HeadAsync(one, User);
            Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
        }

        Assert.Equal((0, 0), await Client.UsageAsync(User));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_process_that_died_between_the_last_byte_and_the_finish_is_made_up_for(bool byTheSweep)
    {
        Uri[] parts = [await Client.CreatePartAsync(1), await Client.UploadPartAsync([9])];
        var final = await Client.JoinAsync(parts);
        using (var open = await Client.HeadAsync(final))
        {
            Assert.Null(Header(open, "Upload-Offset"));
        }

        await CommitOnlyAsync(parts[0].Id());
        if (byTheSweep)
        {
            Assert.InRange(await server.Services.GetRequiredService<UploadJoins>().FinishWaitingAsync(Ct), 1, 100);
        }

        Assert.Equal(2, await Client.OffsetAsync(final));
        var file = await Client.EndedFileAsync(final.Id());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData([7, 9])), file.GetProperty("sha256").GetString());
    }

    private async Task CommitOnlyAsync(Guid part)
    {
        var content = server.Services.GetRequiredService<IUploadContent>();
        await using (var writer = await content.OpenWriterAsync(ContentLease.Unknown(part), 0, Ct))
        {
            await writer.WriteAsync(new([7]), 0, Ct);
            await writer.FlushAsync(Ct);
        }

        var node = server.Services.GetRequiredService<TusUpload.Uploads.Leases.LocalNode>().Id;
        var now = TimeProvider.System.GetUtcNow();
        var lease = await server.Services.GetRequiredService<SessionLeases>().TakeAsync(part, "local", 0, node, TimeSpan.FromMinutes(1), now, Ct);
        Assert.NotNull(await server.Services.GetRequiredService<SessionCommits>().CommitAsync(
            lease!, new(0, 1, System.IO.Hashing.XxHash128.Hash([7])), null, true, now, now.AddHours(1), Ct));
    }

    private async Task<(int Status, string Code)> RefusalAsync(params Uri[] parts)
    {
        using var answer = await Client.ConcatenateAsync(parts);
        return ((int)answer.StatusCode, await answer.CodeAsync());
    }

    private async Task<(long Final, long Parts)> HeldAsync(Uri final, Uri[] parts)
    {
        var ids = parts.Select(part => part.Id()).ToArray();
        return await server.WithDbAsync(async db => (
            await db.Sessions.Where(session => session.Id == final.Id()).SumAsync(session => session.ReservedSize, Ct),
            await db.Sessions.Where(session => ids.Contains(session.Id)).SumAsync(session => session.ReservedSize, Ct)));
    }

    private Task<List<(string, long, long)>> LevelsAsync(string user) => server.WithDbAsync(async db =>
    {
        var own = await db.Users.SingleAsync(row => row.Id == user, Ct);
        var spaces = await db.Workspaces.Where(row => row.UserId == user).OrderBy(row => row.Name).ToListAsync(Ct);
        return new List<(string, long, long)>(
            [(user, own.StorageUsed, own.StorageReserved), .. spaces.Select(row => (row.Name, row.StorageUsed, row.StorageReserved))]);
    });

    private async Task<Guid> WorkspaceAsync(string user, long? limit = null)
    {
        _ = await Client.UsageAsync(user);
        var id = Guid.CreateVersion7();
        return await server.WithDbAsync(db =>
        {
            db.Workspaces.Add(new Workspace { Id = id, UserId = user, Name = "other", StorageLimit = limit, CreatedAt = TimeProvider.System.GetUtcNow() });
            return Task.FromResult(id);
        });
    }

    private async Task<Guid> BatchAsync(string user, int? expected)
    {
        using var answer = await Own(user).PostAsJsonAsync(new Uri("/api/v1/batches", UriKind.Relative), new { expectedFiles = expected }, Ct);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetGuid();
    }

    private Task<string[]> EventsAsync(string user) => server.WithDbAsync(
        db => db.Outbox.Where(row => row.UserId == user).OrderBy(row => row.Position).Select(row => row.Type).ToArrayAsync(Ct));

    /// <summary>The time of these uploads runs out.</summary>
    private Task<int> PassAsync(Uri[] uploads)
    {
        var ids = uploads.Select(upload => upload.Id()).ToArray();
        return server.WithDbAsync(db => db.Sessions.Where(session => ids.Contains(session.Id))
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.ExpiresAt, TimeProvider.System.GetUtcNow().AddSeconds(-1)), Ct));
    }

    private Task<(int Expired, int Removed, int Kept)> SweepAsync() => server.Services.GetRequiredService<ExpirySweep>().RunOnceAsync(Ct);

    private HttpClient Own(string user) => server.ClientOf(user);

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private static byte[] Random(int size) => RandomNumberGenerator.GetBytes(size);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private string PathOf(Uri upload) => ((IFileContent)server.Services.GetRequiredService<IUploadContent>()).PathOf(upload.Id());
}
