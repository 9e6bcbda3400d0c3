using TusUpload.Uploads.Content;

namespace TusUpload.Pipeline.Jobs;

/// <summary>Failures that say nothing of the file: where it is, or where it goes, is away or full. It waits, however long that takes.</summary>
internal static class Outage
{
    public static bool Is(Exception failure) => failure is ContentUnavailableException or StorageFullException;
}
