using System.ComponentModel.DataAnnotations;

namespace TusUpload.Protocol.Cors;

/// <summary>Which web pages may upload from another origin. Section <c>Tus:Cors</c>.</summary>
public sealed class TusCorsOptions
{
    /// <summary>In <see cref="AllowedOrigins"/>: every origin, without credentials.</summary>
    public const string Any = "*";

    /// <summary>Origins such as <c>https://app.example.com</c>, or <c>*</c> for all. Empty: none. Default (null): all.</summary>
    public IReadOnlyList<string>? AllowedOrigins { get; set; }

    /// <summary>Whether pages may send cookies. Only with named origins. Default false.</summary>
    public bool AllowCredentials { get; set; }

    /// <summary>Request headers of the application's own that pages may send, besides all that the protocols know. Default none.</summary>
    public IReadOnlyList<string> AllowedHeaders { get; set; } = [];

    /// <summary>Response headers of the application's own that pages may read, besides all that the protocols know. Default none.</summary>
    public IReadOnlyList<string> ExposedHeaders { get; set; } = [];

    /// <summary>Seconds for which a browser may keep the answer to a preflight. Default 86400, one day.</summary>
    [Range(0, 7 * 86400)]
    public int MaxAgeSeconds { get; set; } = 86400;

    internal bool AllowsAnyOrigin => AllowedOrigins?.Contains(Any) ?? true;
}
