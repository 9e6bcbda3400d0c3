using System.Collections.Concurrent;

using TusUpload.Data.Folders;
using TusUpload.Data.Sessions;
using TusUpload.Protocol.Stores;

namespace TusUpload.Uploads.Admission;

/// <summary>
/// The folder that an upload of a dropped directory lands in. Asked of the database once per process; the statement that makes the upload
/// looks whether the folder is still where it was, and where it is not it is asked for again.
/// </summary>
internal sealed class UploadFolders(FolderPaths folders, TimeProvider time)
{
    // Emptied rather than trimmed: what falls out is one statement away.
    private const int Most = 20_000;

    private readonly ConcurrentDictionary<(Guid Workspace, Guid? Link, Guid? Below, string Path), EnsuredFolder> _known = new();

    /// <param name="again">What is known of it has turned out to be wrong.</param>
    public async ValueTask<TusResult<NewSession>> PlaceAsync(NewSession upload, bool again, CancellationToken cancellationToken)
    {
        if (upload.Directories is not { } directories)
        {
            return upload;
        }

        var key = (upload.WorkspaceId, upload.LinkId, upload.Below, string.Join('/', directories));
        if (again || !_known.TryGetValue(key, out var folder))
        {
            var wanted = new WantedFolders(upload.WorkspaceId, upload.UserId, upload.UploaderId, upload.IsVisitor, upload.LinkId, upload.Below, directories);
            folder = await folders.EnsureAsync(wanted, time.GetUtcNow(), cancellationToken);
            if (folder is null)
            {
                // The statement that makes the upload says why not.
                return upload;
            }

            if (!folder.Fits)
            {
                return DroppedPath.TooLong;
            }

            if (_known.Count >= Most)
            {
                _known.Clear();
            }

            _known[key] = folder;
        }

        return upload with { FolderId = folder.Id, FolderPath = folder.Path };
    }
}
