using System.Collections.Concurrent;

using Microsoft.Extensions.Options;

using TusUpload.Data.Workspaces;

namespace TusUpload.Uploads.Rules;

/// <summary>
/// The one place that says whose rules hold for an upload: the server's, its workspace's and its link's. What the database said of these two is believed for
/// <see cref="Patience"/>, so a rule that was changed holds everywhere after that.
/// </summary>
internal sealed class RuleBook(PlaceRules places, IOptions<ContentRulesOptions> options, TimeProvider time)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // Emptied rather than trimmed: what falls out is one statement away.
    private const int Most = 20_000;

    private readonly UploadRules _server = new([ContentRules.Of(options.Value)], options.Value.Sniffing);
    private readonly ConcurrentDictionary<(Guid Workspace, Guid? Link), (UploadRules Rules, DateTimeOffset Until)> _known = new();

    /// <param name="workspaceId">Where the upload goes.</param>
    /// <param name="linkId">Through which link; null: none.</param>
    public async ValueTask<UploadRules> FindAsync(Guid workspaceId, Guid? linkId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_known.TryGetValue((workspaceId, linkId), out var known) && now < known.Until)
        {
            return known.Rules;
        }

        var (workspace, link) = await places.FindAsync(workspaceId, linkId, cancellationToken);
        var rules = workspace.SaysNothing && link.SaysNothing
            ? _server
            : _server with { All = [.. _server.All, .. new[] { workspace, link }.Where(rule => !rule.SaysNothing).Select(Of)] };
        if (_known.Count >= Most)
        {
            _known.Clear();
        }

        _known[(workspaceId, linkId)] = (rules, now + Patience);
        return rules;
    }

    private static ContentRules Of(PlaceRule rule) =>
        new() { AllowedTypes = rule.AllowedTypes, DeniedTypes = rule.DeniedTypes, MaxFileSize = rule.MaxFileSize };
}
