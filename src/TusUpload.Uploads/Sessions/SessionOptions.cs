using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace TusUpload.Uploads.Sessions;

/// <summary>How uploads are received. Section <c>Sessions</c>.</summary>
public sealed class SessionOptions
{
    public const string Section = "Sessions";

    /// <summary>How often the offset of a running upload is committed while its bytes arrive: what the death of a process can cost. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:05:00")]
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bytes after which it is committed earlier. Default 256 MiB.</summary>
    [Range(1 << 20, long.MaxValue)]
    public long CheckpointBytes { get; init; } = 256L << 20;

    /// <summary>How long the end of a body waits for a running commit, and then for its own, before it is answered 503. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan SaveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Largest body, in bytes, that a POST takes in before it asks the database, so that the whole upload costs one round trip. 0 to 16 MiB, default
    /// 1 MiB.
    /// </summary>
    [Range(0, 16 << 20)]
    public int WholeBodySize { get; init; } = 1 << 20;

    /// <summary>
    /// How far ahead of its bytes an upload of unknown length holds storage, in bytes. Default 16 MiB.
    /// </summary>
    [Range(1 << 16, 1L << 40)]
    public long ReservationStep { get; init; } = 16 << 20;

    /// <summary>How many unfinished digests are kept in memory between requests; an upload beyond that is hashed again by verify. Default 10,000.</summary>
    [Range(0, 1_000_000)]
    public int RunningDigests { get; init; } = 10_000;
}

[OptionsValidator]
internal sealed partial class SessionOptionsAnnotations : IValidateOptions<SessionOptions>;
