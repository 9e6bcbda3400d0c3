using System.Globalization;

namespace TusUpload.Server.Embedded;

/// <summary>
/// The folder of <c>Data:Path</c>, held by this process alone. The lock is one on an open file (flock on Unix), so the operating
/// system lets go of it however the process ends; the file itself stays.
/// </summary>
internal sealed class DataFolder : IDisposable
{
    public const string DefaultPath = "./data";

    private const int WouldBlockOnLinux = 11;
    private const int WouldBlockOnMacOS = 35;
    private const int SharingViolationOnWindows = unchecked((int)0x80070020);

    private readonly FileStream _lock;

    private DataFolder(string fullPath, FileStream fileLock) => (FullPath, _lock) = (fullPath, fileLock);

    /// <summary>Absolute and without links.</summary>
    public string FullPath { get; }

    /// <summary>Creates the folder where it is missing and takes its lock.</summary>
    /// <exception cref="EmbeddedPostgresException">Another process holds it, or it cannot be created or written.</exception>
    public static DataFolder Open(string path)
    {
        var folder = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(folder);
            folder = RealPath.Of(folder);
            return new DataFolder(folder, Lock(Path.Combine(folder, "lock")));
        }
        catch (IOException failure) when (failure.HResult is WouldBlockOnLinux or WouldBlockOnMacOS or SharingViolationOnWindows)
        {
            throw new EmbeddedPostgresException(
                $"Another server is running on the data folder {folder} (its process id is in the file \"lock\" there). " +
                "Stop it first, or give this server a folder of its own with Data:Path.",
                failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddedPostgresException(
                $"The data folder {folder} cannot be used: {failure.Message} Data:Path must name a folder that this user can write.",
                failure);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string file)
    {
        var fileLock = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        fileLock.SetLength(0);
        fileLock.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
        return fileLock;
    }
}
