using Microsoft.Extensions.Options;

namespace TusUpload.Uploads.Rules;

/// <summary>The one place that says whose rules hold for an upload. Today the server's alone.</summary>
internal sealed class RuleBook(IOptions<ContentRulesOptions> options)
{
    private readonly UploadRules _server = new([ContentRules.Of(options.Value)], options.Value.Sniffing);

    /// <param name="workspaceId">Where the upload goes.</param>
    /// <param name="linkId">Through which link; null: none.</param>
    public ValueTask<UploadRules> FindAsync(Guid workspaceId, Guid? linkId, CancellationToken cancellationToken) => new(_server);
}
