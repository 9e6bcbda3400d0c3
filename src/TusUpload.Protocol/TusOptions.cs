using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

using TusUpload.Protocol.Capabilities;
using TusUpload.Protocol.Cors;
using TusUpload.Protocol.Events;

namespace TusUpload.Protocol;

/// <summary>How the protocol meets its clients. Section <c>Tus</c>.</summary>
public sealed class TusOptions
{
    public const string Section = "Tus";

    /// <summary>Where uploads are created; an upload is at this path and its id. Default <c>/uploads</c>.</summary>
    [Required]
    public string Path { get; set; } = "/uploads";

    /// <summary>Largest single upload in bytes, told as Tus-Max-Size; 413 above it. Null: no limit. Default 50 GiB.</summary>
    [Range(1, long.MaxValue)]
    public long? MaxSize { get; set; } = 50L << 30;

    /// <summary>
    /// The address by which clients reach the server, such as <c>https://uploads.example.com</c>, with the prefix that a proxy takes off,
    /// where one does. Location is then this, the path of uploads and the id. Null: where a known proxy tells scheme and host, those; else
    /// a path alone.
    /// </summary>
    public string? PublicUrl { get; set; }

    /// <summary>
    /// Bytes that a request should carry, told as Tus-Recommended-Chunk-Size, and never more than <see cref="MaxChunkSize"/>; nobody is
    /// refused for others. Null: not told. Default 64 MiB.
    /// </summary>
    [Range(1, long.MaxValue)]
    public long? RecommendedChunkSize { get; set; } = 64L << 20;

    /// <summary>
    /// Most bytes that a request may carry to get through everything in between, told as Tus-Max-Chunk-Size. Null: not told. Default 90
    /// MiB, because widely used proxies in the network end bodies at 100 MB.
    /// </summary>
    [Range(1, long.MaxValue)]
    public long? MaxChunkSize { get; set; } = 90L << 20;

    /// <summary>
    /// Whether <see cref="MaxChunkSize"/> holds here too: a longer body is answered 413, and one of untold length is cut there, what fits
    /// kept. Default false: any body is taken that the upload has room for.
    /// </summary>
    public bool EnforceMaxChunkSize { get; set; }

    /// <summary>
    /// How long a client may be silent while its body is awaited; any byte starts the time anew. The body then ends, and what has arrived
    /// is kept. Between 1 s and 1 day, default 60 s.
    /// </summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest Upload-Metadata header in bytes; 400 above it. Default 16384.</summary>
    [Range(256, 1 << 20)]
    public int MaxMetadataBytes { get; set; } = 16 * 1024;

    /// <summary>
    /// Whether and where the answer to a POST carries a token that opens that one upload, for as long as it lives: <c>off</c>, <c>header</c> or
    /// <c>url</c>. With it a client goes on whose sign-in has run out. Default <c>off</c>.
    /// </summary>
    public UploadTokenPlace UploadToken { get; set; }

    /// <summary>Which web pages may upload from another origin. Default: all, without credentials.</summary>
    [Required]
    [ValidateObjectMembers]
    public TusCorsOptions Cors { get; set; } = new();

    /// <summary>What the application wants to hear of and to refuse. Set in code, not in configuration.</summary>
    public TusEvents Events { get; set; } = new();
}
