using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;

using Microsoft.EntityFrameworkCore;

using TusUpload.Data.Folders;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Api;

public sealed class ArchivesTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_comes_as_a_zip_in_the_folders_that_were_dropped()
    {
        var batch = (await (await server.Client.PostAsync("/api/v1/batches", null, Ct)).JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        await (await server.Client.GetAsync($"/api/v1/batches/{batch}/content", Ct)).IsProblemAsync(HttpStatusCode.Conflict, "nothing_ready");
        var (large, small) = (RandomNumberGenerator.GetBytes(3_000_000), Encoding.UTF8.GetBytes("small"));
        await ReadyAsync(large, "größe.bin", batch, "trip/größe.bin");
        await ReadyAsync(small, "a.txt", batch, "trip/day 1/a.txt");
        await ReadyAsync([], "a.txt", batch, "trip/day 1/a.txt");
        await ReadyAsync(small, "top.txt", batch, null);
        await server.Client.WaitForFileAsync(await server.UploadAsync(small, "of nobody's batch"));

        using var answer = await server.Client.GetAsync($"/api/v1/batches/{batch}/content", Ct);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/zip", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal($"batch-{batch}.zip", answer.Content.Headers.ContentDisposition?.FileNameStar);
        var entries = await UnzipAsync(answer);
        Assert.Equal(["top.txt", "trip/day 1/a (2).txt", "trip/day 1/a.txt", "trip/größe.bin"], entries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(large, entries["trip/größe.bin"]);
        Assert.Equal(small, entries["trip/day 1/a.txt"]);
        Assert.Empty(entries["trip/day 1/a (2).txt"]);
    }

    [Fact]
    public async Task A_folder_comes_with_those_below_it_and_none_beside_it()
    {
        var first = await server.UploadAsync([1], "one");
        var second = await server.UploadAsync([2, 2], "two");
        var beside = await server.UploadAsync([3], "three");
        foreach (var id in new[] { first, second, beside })
        {
            await server.Client.WaitForFileAsync(id);
        }

        var top = await FolderAsync("a_b", null, first);
        await FolderAsync("a_b/c", top, second);
        await FolderAsync("axb", null, beside);
        await FolderAsync("a_b2", null, null);

        using var answer = await server.Client.GetAsync($"/api/v1/folders/{top}/content", Ct);

        var entries = await UnzipAsync(answer);
        Assert.Equal(["c/two", "one"], entries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([2, 2], entries["c/two"]);
        using var other = server.ClientOf("somebody-else");
        await (await other.GetAsync($"/api/v1/folders/{top}/content", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "folder_not_found");
    }

    [Fact]
    public async Task More_files_than_a_zip_could_once_count_come_as_one()
    {
        const int Count = 65_537;
        var batch = (await (await server.Client.PostAsync("/api/v1/batches", null, Ct)).JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        var first = await ReadyAsync([1, 2, 3], "many.bin", batch, null);
        await server.WithDbAsync(db => db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO tus_upload.files
            SELECT twin.*
              FROM tus_upload.files file
             CROSS JOIN generate_series(2, {Count}) number
             CROSS JOIN LATERAL jsonb_populate_record(file, jsonb_build_object('id', md5(number::text))) twin
             WHERE file.id = {first}
            """,
            Ct));

        using var answer = await server.Client.GetAsync($"/api/v1/batches/{batch}/content", Ct);

        using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync(Ct));
        Assert.Equal(Count, zip.Entries.Count);
        Assert.Equal(Count, zip.Entries.Select(entry => entry.FullName).Distinct(StringComparer.Ordinal).Count());
        using var last = new MemoryStream();
        await using var content = await zip.Entries[^1].OpenAsync(Ct);
        await content.CopyToAsync(last, Ct);
        Assert.Equal([1, 2, 3], last.ToArray());
    }

    [Fact]
    public async Task Anothers_batch_is_not_there()
    {
        var batch = (await (await server.Client.PostAsync("/api/v1/batches", null, Ct)).JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        using var other = server.ClientOf("somebody-else");

        await (await other.GetAsync($"/api/v1/batches/{batch}/content", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "batch_not_found");
    }

    [Fact]
    public async Task An_object_that_is_gone_breaks_the_archive_off_and_nothing_of_it_unpacks()
    {
        var batch = (await (await server.Client.PostAsync("/api/v1/batches", null, Ct)).JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        await ReadyAsync(RandomNumberGenerator.GetBytes(1_000_000), "first", batch, null);
        File.Delete(await ObjectAsync(await ReadyAsync([1], "lost", batch, null)));

        var (bytes, isWhole) = await DownloadAsync(batch);

        Assert.False(isWhole);
        Assert.Throws<InvalidDataException>(() => new ZipArchive(new MemoryStream(bytes)));
    }

    [Fact]
    public async Task An_object_that_breaks_off_ends_its_entry_without_a_checksum_that_fits()
    {
        var batch = (await (await server.Client.PostAsync("/api/v1/batches", null, Ct)).JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        var path = await ObjectAsync(await ReadyAsync(RandomNumberGenerator.GetBytes(1_000_000), "cut", batch, null));
        await using (var cut = File.OpenWrite(path))
        {
            cut.SetLength(500_000);
        }

        var (bytes, isWhole) = await DownloadAsync(batch);

        Assert.False(isWhole);
        Assert.Throws<InvalidDataException>(() => new ZipArchive(new MemoryStream(bytes)));
        Assert.False(bytes.AsSpan().EndsWith("PK\u0007\u0008"u8) || bytes.AsSpan(Math.Max(0, bytes.Length - 24)).IndexOf("PK\u0007\u0008"u8) >= 0);
    }

    [Fact]
    public async Task An_archive_whose_first_object_is_gone_is_an_error_and_no_archive()
    {
        var batch = (await (await server.Client.PostAsync("/api/v1/batches", null, Ct)).JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        File.Delete(await ObjectAsync(await ReadyAsync([1], "lost", batch, null)));

        await (await server.Client.GetAsync($"/api/v1/batches/{batch}/content", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "content_missing");
    }

    private async Task<string> ObjectAsync(Guid file) =>
        Path.Combine(server.DataPath, "objects", (await server.Client.GetJsonAsync($"/api/v1/files/{file}")).Text("storagePath")!);

    /// <summary>What comes before the connection ends, and whether the answer was whole.</summary>
    private async Task<(byte[] Bytes, bool IsWhole)> DownloadAsync(Guid batch)
    {
        using var answer = await server.Client.GetAsync($"/api/v1/batches/{batch}/content", HttpCompletionOption.ResponseHeadersRead, Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var bytes = new MemoryStream();
        try
        {
            await using var content = await answer.Content.ReadAsStreamAsync(Ct);
            await content.CopyToAsync(bytes, Ct);
            return (bytes.ToArray(), true);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            return (bytes.ToArray(), false);
        }
    }

    private async Task<Guid> ReadyAsync(byte[] content, string name, Guid batch, string? path)
    {
        (string, string)[] metadata = path is null
            ? [("batchId", batch.ToString())]
            : [("batchId", batch.ToString()), ("relativePath", path)];
        var id = await server.UploadAsync(content, name, metadata: metadata);
        await server.Client.WaitForFileAsync(id);
        return id;
    }

    private Task<Guid> FolderAsync(string path, Guid? parent, Guid? file) => server.WithDbAsync(async db =>
    {
        var workspace = await db.Workspaces.Where(space => space.UserId == "local").Select(space => space.Id).SingleAsync(Ct);
        var folder = new Folder { Id = Guid.CreateVersion7(), WorkspaceId = workspace, ParentId = parent, Path = path, CreatedAt = TimeProvider.System.GetUtcNow() };
        db.Add(folder);
        await db.SaveChangesAsync(Ct);
        await db.Files.Where(known => known.Id == file).ExecuteUpdateAsync(set => set.SetProperty(known => known.FolderId, folder.Id), Ct);
        return folder.Id;
    });

    private static async Task<Dictionary<string, byte[]>> UnzipAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var zip = new ZipArchive(await answer.Content.ReadAsStreamAsync(Ct));
        var entries = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var entry in zip.Entries)
        {
            await using var content = await entry.OpenAsync(Ct);
            using var bytes = new MemoryStream();
            await content.CopyToAsync(bytes, Ct);
            entries.Add(entry.FullName, bytes.ToArray());
        }

        return entries;
    }
}
