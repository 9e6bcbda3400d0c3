using System.Text;

namespace TusUpload.Server.Embedded;

/// <summary>Postgres' own log file. Postgres only appends to it; it is put aside at a start, once it is large.</summary>
internal sealed class ClusterLog(ClusterHome home)
{
    private const long LargestSize = 16 << 20;
    private const int TailSize = 4 << 10;

    /// <summary>Keeps one older file.</summary>
    /// <returns>The length before the start, so that what the start adds can be told.</returns>
    public long Rotate()
    {
        var file = new FileInfo(home.Log);
        if (!file.Exists)
        {
            return 0;
        }

        if (file.Length <= LargestSize)
        {
            return file.Length;
        }

        file.MoveTo(home.Log + ".1", overwrite: true);
        return 0;
    }

    /// <summary>The last lines, none older than <paramref name="from"/>.</summary>
    public string Tail(long from)
    {
        if (!File.Exists(home.Log))
        {
            return "(there is no log)";
        }

        using var file = new FileStream(home.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Position = Math.Min(file.Length, Math.Max(from, file.Length - TailSize));
        using var reader = new StreamReader(file, Encoding.UTF8);
        return reader.ReadToEnd().Trim();
    }
}
