using TusUpload.Server.Embedded;

namespace TusUpload.IntegrationTests.Harness;

/// <summary>A folder of one test in the temporary folder, open to all users because Postgres may run under another one.</summary>
public sealed class TestFolder : IAsyncDisposable
{
    private const string Prefix = "tus-upload-tests-";

    public TestFolder() => Directory.CreateDirectory(FullPath);

    public string FullPath { get; } = Path.Combine(RealPath.Of(Path.GetTempPath()), Prefix + Guid.CreateVersion7().ToString("N"));

    public string File(params string[] parts) => Path.Combine([FullPath, .. parts]);

    /// <summary>Ends the clusters that a failed test has left running in it, and deletes it.</summary>
    public ValueTask DisposeAsync() => DeleteAsync(new DirectoryInfo(FullPath));

    /// <summary>What a run that was killed could not clean up: its clusters are ended and its folders deleted.</summary>
    public static async Task DeleteLeftBehindAsync()
    {
        var longAgo = TimeProvider.System.GetUtcNow().AddHours(-1).UtcDateTime;
        foreach (var folder in new DirectoryInfo(Path.GetTempPath()).EnumerateDirectories(Prefix + "*").Where(f => f.LastWriteTimeUtc < longAgo))
        {
            try
            {
                using (DataFolder.Open(folder.FullName))
                {
                    await DeleteAsync(folder);
                }
            }
            catch (Exception failure) when (failure is EmbeddedPostgresException or IOException or UnauthorizedAccessException)
            {
                // Another user's, or a run that is still going.
            }
        }
    }

    private static async ValueTask DeleteAsync(DirectoryInfo folder)
    {
        var all = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        foreach (var file in folder.GetFiles("postmaster.pid", all))
        {
            await Processes.KillPostgresAsync(file.DirectoryName!);
        }

        folder.Delete(recursive: true);
    }
}
