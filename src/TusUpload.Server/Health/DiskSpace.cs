using Microsoft.Extensions.Options;

using TusUpload.Data;

namespace TusUpload.Server.Health;

/// <summary>Room on the disk that holds the data folder.</summary>
internal sealed class DiskSpace(IOptions<DataOptions> data, IOptions<HealthOptions> options)
{
    public Task CheckAsync(CancellationToken cancellationToken)
    {
        var free = new DriveInfo(data.Value.FullPath).AvailableFreeSpace;
        return free >= options.Value.MinFreeDiskBytes
            ? Task.CompletedTask
            : throw new IOException($"{free} bytes are free, {options.Value.MinFreeDiskBytes} are asked for.");
    }
}
