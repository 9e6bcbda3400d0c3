using System.Runtime.InteropServices;

using Microsoft.Win32.SafeHandles;

namespace TusUpload.Uploads.Content;

/// <summary>What the framework has no call for: data without its times (fdatasync), and the entries of a folder.</summary>
public static partial class DurableFile
{
    private const int ReadOnly = 0;
    private const int NoSpaceLeft = 28;
    private const int QuotaExceeded = 122;
    private const int FileTooLarge = 27;
    private const int NotSupported = 95;

    /// <summary>Returns when the file's bytes are on the disk. Throws <see cref="IOException"/>: whether they are is then unknown.</summary>
    public static void SyncData(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        if (FDataSync(file) != 0)
        {
            throw Failure("fdatasync");
        }
    }

    /// <summary>Returns when the folder's entries (new and renamed files) are on the disk.</summary>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var folder = Open(path, ReadOnly);
        if (folder < 0)
        {
            throw Failure("open");
        }

        var failed = FSync(folder) != 0 ? Failure("fsync") : null;
        _ = Close(folder);
        if (failed is not null)
        {
            throw failed;
        }
    }

    /// <summary>
    /// Gives the file its length and its blocks, so that writing to them cannot run out of room. Where a filesystem cannot promise that, nothing
    /// happens. Throws <see cref="IOException"/>, see <see cref="IsFull"/>.
    /// </summary>
    public static void Allocate(SafeFileHandle file, long length)
    {
        if (OperatingSystem.IsLinux() && length > 0 && FAllocate(file, 0, 0, length) != 0 && Marshal.GetLastPInvokeError() != NotSupported)
        {
            throw Failure("fallocate");
        }
    }

    /// <summary>Whether it says that the disk, or what this user may use of it, is full.</summary>
    public static bool IsFull(IOException trouble)
    {
        // The framework keeps errno in HResult where it knows no better code; Windows: ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL.
        var code = trouble.HResult;
        return OperatingSystem.IsWindows()
            ? (code & 0xFFFF) is 0x70 or 0x27
            : code is NoSpaceLeft or QuotaExceeded or FileTooLarge;
    }

    private static IOException Failure(string call)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{call} failed: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int FAllocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
