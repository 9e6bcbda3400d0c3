using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TusUpload.Server.Embedded;

/// <summary>The folder around one cluster, and the user that the cluster runs under.</summary>
/// <param name="Folder">Absolute and without links.</param>
/// <param name="User">Null: the user of this process.</param>
internal sealed record ClusterHome(string Folder, SystemUser? User)
{
    private static readonly int LongestSocketPath = OperatingSystem.IsMacOS() ? 103 : 107;

    public string Cluster => Path.Combine(Folder, "cluster");

    public string Binaries => Path.Combine(Folder, "binaries");

    public string LogFolder => Path.Combine(Folder, "log");

    public string Log => Path.Combine(LogFolder, "postgres.log");

    /// <summary>Of the superuser; only where the cluster listens on TCP.</summary>
    public string PasswordFile => Path.Combine(Folder, "password");

    /// <summary>Major that made the cluster; null: there is none yet.</summary>
    public int? Major => ReadMajor(Cluster);

    /// <summary>
    /// Beside the cluster where the socket's whole path fits the operating system's limit and is nothing that a connection string or
    /// Postgres' own lists would cut apart; else a short one under the temporary folder.
    /// </summary>
    public string SocketFolder
    {
        get
        {
            var beside = Path.Combine(Folder, "run");
            var socket = Path.Combine(beside, ".s.PGSQL." + ClusterFiles.SocketPort.ToString(CultureInfo.InvariantCulture));
            return Encoding.UTF8.GetByteCount(socket) <= LongestSocketPath && beside.IndexOfAny([',', ':', ';', '=', '\'', '"']) < 0
                ? beside
                : Path.Combine(RealPath.Of(Path.GetTempPath()), "tus-upload-" + HashOf(Folder));
        }
    }

    /// <summary>Null where the folder holds no cluster that this process can see.</summary>
    public static int? ReadMajor(string cluster)
    {
        var file = Path.Combine(cluster, "PG_VERSION");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var major) ? major : null;
    }

    public static string HashOf(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16];
}
