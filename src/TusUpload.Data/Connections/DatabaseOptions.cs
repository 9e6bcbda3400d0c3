using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace TusUpload.Data.Connections;

/// <summary>How this process uses the connections of its database. Section <c>Database</c>.</summary>
public sealed class DatabaseOptions
{
    public const string Section = "Database";

    /// <summary>Connections that this process opens at most, all its parts together; see <see cref="ConnectionBudget"/>. 8 to 10,000, default 50.</summary>
    [Range(8, 10_000)]
    public int MaxConnections { get; set; } = 50;

    /// <summary>
    /// How long whoever finds all connections of its part taken waits in the queue, first come first served; also what making one may take. In whole
    /// seconds, rounded up. Default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan QueueTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// What <c>ConnectionStrings:Postgres</c> leads to: <c>none</c>, a server; <c>transaction</c>, a pooler that shares its connections between
    /// transactions. Default none.
    /// </summary>
    [AllowedValues("none", "transaction")]
    public string Pooler { get; set; } = "none";

    internal bool IsPooled => Pooler == "transaction";
}

[OptionsValidator]
internal sealed partial class DatabaseOptionsAnnotations : IValidateOptions<DatabaseOptions>;
