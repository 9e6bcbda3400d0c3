using System.Buffers;
using System.IO.Compression;

using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

using TusUpload.Data;
using TusUpload.Pipeline.Storage;

namespace TusUpload.Server.Api.Archives;

/// <summary>
/// Many files as one zip, written while it is sent: ZIP64 where it is needed, not compressed, since most files are already, and no temporary file. Files
/// are read a page at a time, so an archive costs the same memory whatever it holds, but for the names. Nobody knows its length before its end; one
/// that breaks off ends its connection, and no unpacker takes it for whole.
/// </summary>
internal sealed class ZipArchives(IDbContextFactory<TusUploadDb> databases, IObjectStorage storage)
{
    private const int PageSize = 500;
    private const int BufferSize = 128 * 1024;

    /// <param name="name">Without <c>.zip</c>.</param>
    /// <param name="files">What goes into it.</param>
    public async Task<IResult> OfAsync(string name, Func<TusUploadDb, IQueryable<ArchiveFile>> files, CancellationToken cancellationToken)
    {
        var first = await PageAsync(files, default, cancellationToken);
        return first.Count == 0 ? ApiError.NothingReady : new Answer(this, $"{name}.zip", files, first);
    }

    private async Task<List<ArchiveFile>> PageAsync(
        Func<TusUploadDb, IQueryable<ArchiveFile>> files, Guid after, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await files(db).Where(file => file.Id > after).OrderBy(file => file.Id).Take(PageSize).ToListAsync(cancellationToken);
    }

    private async Task WriteAsync(
        ArchiveSink sink, Func<TusUploadDb, IQueryable<ArchiveFile>> files, List<ArchiveFile> first, CancellationToken cancellationToken)
    {
        await using var zip = await ZipArchive.CreateAsync(sink, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        await sink.OrBreakAsync(AddAllAsync());

        async Task AddAllAsync()
        {
            var names = new EntryNames();
            for (var page = first; page.Count > 0; page = page.Count < PageSize ? [] : await PageAsync(files, page[^1].Id, cancellationToken))
            {
                foreach (var file in page)
                {
                    await AddAsync(zip, sink, names, file, cancellationToken);
                }
            }
        }
    }

    private async Task AddAsync(ZipArchive zip, ArchiveSink sink, EntryNames names, ArchiveFile file, CancellationToken cancellationToken)
    {
        await using var content = await OpenAsync(file, cancellationToken);
        if (content is null)
        {
            return;
        }

        var entry = zip.CreateEntry(names.Of(file.Path, file.FileName), CompressionLevel.NoCompression);
        entry.LastWriteTime = file.CreatedAt;
        await using var target = await entry.OpenAsync(cancellationToken);
        await sink.OrBreakAsync(CopyAsync(content, target, file.FileSize, cancellationToken));
    }

    private static async Task CopyAsync(Stream content, Stream entry, long size, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var left = size;
            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                await entry.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                left -= read;
            }

            if (left != 0)
            {
                throw new IOException("An object is not as long as its file.");
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Null: its owner has deleted it since.</summary>
    private async Task<Stream?> OpenAsync(ArchiveFile file, CancellationToken cancellationToken)
    {
        try
        {
            return await storage.OpenReadAsync(file.StoragePath, cancellationToken);
        }
        catch (FileNotFoundException)
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            if (await db.Files.AnyAsync(known => known.Id == file.Id && known.DeletedAt == null, cancellationToken))
            {
                throw;
            }

            return null;
        }
    }

    private sealed class Answer(ZipArchives archives, string fileName, Func<TusUploadDb, IQueryable<ArchiveFile>> files, List<ArchiveFile> first) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var headers = httpContext.Response.Headers;
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(fileName);
            headers.ContentDisposition = disposition.ToString();
            headers.ContentType = "application/zip";
            headers.XContentTypeOptions = "nosniff";
            headers.CacheControl = "private, no-store";
            await using var sink = new ArchiveSink(httpContext.Response.BodyWriter);
            await archives.WriteAsync(sink, files, first, httpContext.RequestAborted);
            await sink.FlushAsync(httpContext.RequestAborted);
        }
    }
}
