using System.Diagnostics;
using System.Globalization;

namespace TusUpload.IntegrationTests.Harness;

/// <summary>A disk that is soon full. Needs the right to mount one; a test that asks without it is skipped.</summary>
public sealed class SmallDisk : IAsyncDisposable
{
    private readonly TestFolder _folder = new();

    private SmallDisk()
    {
    }

    public string Path => _folder.FullPath;

    public static async Task<SmallDisk> MountAsync(long bytes)
    {
        var disk = new SmallDisk();
        var size = string.Create(CultureInfo.InvariantCulture, $"size={bytes}");
        if (OperatingSystem.IsLinux() && await RunAsync("mount", "-t", "tmpfs", "-o", size, "tmpfs", disk.Path) == 0)
        {
            return disk;
        }

        await disk._folder.DisposeAsync();
        Assert.Skip("No disk can be mounted here.");
        return null!;
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", "--lazy", Path);
        await _folder.DisposeAsync();
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        await process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }
}
