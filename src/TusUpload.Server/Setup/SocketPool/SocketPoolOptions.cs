using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace TusUpload.Server.Setup.SocketPool;

/// <summary>Memory that sockets receive into. Section <c>SocketPool</c>.</summary>
public sealed class SocketPoolOptions
{
    public const string Section = "SocketPool";

    /// <summary>
    /// Bytes per block, and so the most that one receive takes from a socket. Default 65536: with the web server's own 4096, the same
    /// upload took twice the CPU.
    /// </summary>
    [Range(4096, 1 << 20)]
    public int BlockSize { get; set; } = 64 * 1024;

    /// <summary>Blocks kept while nobody uses them; further ones are given back to the runtime. Default 256, 16 MiB.</summary>
    [Range(0, 65536)]
    public int MaxIdleBlocks { get; set; } = 256;

    /// <summary>Blocks that were not used for this long are given back to the runtime. Between 1 s and 1 day, default 30 s.</summary>
    public TimeSpan TrimInterval { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class SocketPoolOptionsAnnotations : IValidateOptions<SocketPoolOptions>;

internal sealed class SocketPoolOptionsRules : IValidateOptions<SocketPoolOptions>
{
    public ValidateOptionsResult Validate(string? name, SocketPoolOptions options) =>
        options.TrimInterval < TimeSpan.FromSeconds(1) || options.TrimInterval > TimeSpan.FromDays(1)
            ? ValidateOptionsResult.Fail("SocketPool:TrimInterval must be between one second and one day.")
            : ValidateOptionsResult.Success;
}
