using System.Collections.Concurrent;
using System.Runtime.InteropServices;

using TusUpload.Uploads.Content;

namespace TusUpload.Pipeline.Storage.Local;

/// <summary>
/// Renames and links that stay within a file system, and folders that are on the disk. .NET's own move silently copies to another file system, which
/// is neither atomic nor fast.
/// </summary>
internal static partial class DurableFiles
{
    private const int OtherFileSystem = 18; // EXDEV
    private const int NoSuchFile = 2; // ENOENT
    private const int NotPermitted = 1; // EPERM
    private const int IsThere = 17; // EEXIST
    private const int TooManyNames = 31; // EMLINK
    private const int NotSupported = 95; // EOPNOTSUPP
    private const int MostRemembered = 10_000;

    // Folders whose entries this process has seen on the disk. One that is merely there may be another thread's, on its way to the disk still.
    private static readonly ConcurrentDictionary<string, bool> Durable = new(StringComparer.Ordinal);

    /// <summary>Replaces <paramref name="target"/> in one step. False when the file is not there or lies on another file system.</summary>
    public static bool TryRename(string file, string target)
    {
        if (OperatingSystem.IsWindows())
        {
            if (!string.Equals(Path.GetPathRoot(file), Path.GetPathRoot(target), StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            File.Move(file, target, overwrite: true);
            return true;
        }

        if (Rename(file, target) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error is OtherFileSystem or NoSuchFile ? false : throw Failure("rename", target, error);
    }

    /// <summary>
    /// Gives a file a second name, in place of whatever has it. False when the file is not there, lies on another file system, or its file system knows
    /// no such names.
    /// </summary>
    public static bool TryLink(string file, string target)
    {
        if (OperatingSystem.IsWindows())
        {
            return false;
        }

        if (Link(file, target) == 0)
        {
            return true;
        }

        if (Marshal.GetLastPInvokeError() != IsThere)
        {
            return Marshal.GetLastPInvokeError() is OtherFileSystem or NoSuchFile or NotPermitted or TooManyNames or NotSupported
                ? false
                : throw Failure("link", target, Marshal.GetLastPInvokeError());
        }

        // An earlier run's, perhaps a copy. A rename between two names of one file does nothing, and leaves both.
        var beside = ObjectCopy.NameBeside(target);
        try
        {
            return TryLink(file, beside) && TryRename(beside, target);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    /// <summary>Makes a folder below <paramref name="root"/>, and every missing one on the way, so that it outlives a power cut.</summary>
    public static void CreateFolder(string root, string folder)
    {
        if (Durable.ContainsKey(folder) && Directory.Exists(folder))
        {
            return;
        }

        if (folder.Length > root.Length)
        {
            CreateFolder(root, Path.GetDirectoryName(folder)!);
        }

        Directory.CreateDirectory(folder);
        FolderEntry.Sync(folder);
        if (Durable.Count >= MostRemembered)
        {
            Durable.Clear();
        }

        Durable[folder] = true;
    }

    private static IOException Failure(string call, string path, int error) =>
        new($"{call} of {path}: {Marshal.GetPInvokeErrorMessage(error)}");

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);
}
