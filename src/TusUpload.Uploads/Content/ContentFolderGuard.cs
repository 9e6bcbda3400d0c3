using System.Text;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace TusUpload.Uploads.Content;

/// <summary>
/// A content folder belongs to one database, whose store id a file in it keeps. A start with another database is refused before
/// anything is looked for or removed: to that database every upload here is one that nobody knows. A folder without the file, new or from
/// before, is marked. The process dies before the file has its name: the next start marks the folder; after: it finds it. Never half a
/// file.
/// </summary>
internal sealed class ContentFolderGuard(
    IServiceProvider services, IOptions<ContentOptions> options, StoreName name) : IHostedService
{
    private const string FileName = "database";

    /// <summary>
    /// Throws <see cref="InvalidOperationException"/>, in words for whoever starts the server, when the folder is another database's.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Kind != ContentOptions.Disk)
        {
            return;
        }

        var folder = services.GetRequiredService<ContentFolder>().Path;
        var store = await name.GetAsync(cancellationToken);
        var path = Path.Combine(folder, FileName);
        try
        {
            if (!File.Exists(path))
            {
                Mark(folder, path, store);
            }

            // Read in any case: another node may have marked it in the meantime, with the same database or not.
            if ((await File.ReadAllTextAsync(path, cancellationToken)).Trim() == store)
            {
                return;
            }
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException(
                $"{path}, which says what database the content folder belongs to, cannot be read or written: {trouble.Message}",
                trouble as IOException ?? new IOException(trouble.Message, trouble));
        }

        throw new InvalidOperationException(
            $"The content folder {folder} belongs to another database. Check ConnectionStrings:Postgres and Content:Path. "
            + "If that database is gone for good, no upload in the folder can be finished: "
            + $"use an empty folder, or remove {path} to give this one to the new database.",
            new IOException("Another database's content folder."));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static void Mark(string folder, string path, string store)
    {
        var draft = $"{path}.{Guid.CreateVersion7():N}";
        try
        {
            using (var file = new FileStream(draft, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(Encoding.ASCII.GetBytes(store));
                file.Flush(flushToDisk: true);
            }

            // Not over another's: the first mark stays.
            File.Move(draft, path, overwrite: false);
            DurableFile.SyncFolder(folder);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another node was first.
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
