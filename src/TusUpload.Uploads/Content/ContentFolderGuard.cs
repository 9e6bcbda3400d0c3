using System.Security.Cryptography;
using System.Text;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace TusUpload.Uploads.Content;

/// <summary>
/// A content folder belongs to one database, whose store id a file in it keeps. A start with another database is refused before
/// anything is looked for or removed: to that database every upload here is one that nobody knows. A folder without the file, new or from
/// before, is marked. The process dies before the file has its name: the next start marks the folder; after: it finds it. Never half a
/// file. A folder that several servers share has a second mark, which the database knows too: a server that has another folder, because nothing is
/// mounted there for one, is refused before it tells a client that bytes are away.
/// </summary>
internal sealed class ContentFolderGuard(
    IServiceProvider services, IOptions<ContentOptions> options, StoreName name) : IHostedService
{
    private const string FileName = "database";
    private const string SharedName = "shared";
    private const int MarkBytes = 32;

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
                await CheckSharedAsync(folder, cancellationToken);
                return;
            }
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new InvalidOperationException(
                $"{path}, which says what database the content folder belongs to, or what lies beside it, cannot be read or written: {trouble.Message}",
                trouble as IOException ?? new IOException(trouble.Message, trouble));
        }

        throw new InvalidOperationException(
            $"The content folder {folder} belongs to another database. Check ConnectionStrings:Postgres and Content:Path. "
            + "If that database is gone for good, no upload in the folder can be finished: "
            + $"use an empty folder, or remove {path} to give this one to the new database.",
            new IOException("Another database's content folder."));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The folder is marked first: dying in between leaves a mark that the next start tells the database of.
    private async Task CheckSharedAsync(string folder, CancellationToken cancellationToken)
    {
        if (!options.Value.Shared)
        {
            return;
        }

        var path = Path.Combine(folder, SharedName);
        if (!File.Exists(path))
        {
            Mark(folder, path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(MarkBytes)));
        }

        var mark = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
        var known = await name.OfSharedFolderAsync(mark, cancellationToken);
        if (mark != known)
        {
            throw new InvalidOperationException(
                $"The content folder {folder} is not the one that the other servers share. Check Content:Path, and that it is mounted. "
                + $"If it is to be the one from now on, move everything in the old folder into it, or write {known} into {path}.",
                new IOException("Another shared content folder."));
        }
    }

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
