using Microsoft.Extensions.Options;

using TusUpload.Data.Nodes;

namespace TusUpload.Pipeline.Janitors;

/// <summary>Forgets nodes that died without a word, with their leases and what was asked of them.</summary>
internal sealed class NodeJanitor(StaleNodes nodes, IOptions<JanitorOptions> options) : IJanitor
{
    // Whoever asks waits for some seconds.
    private static readonly TimeSpan RequestAge = TimeSpan.FromMinutes(1);

    public string Name => "nodes";

    public async Task<Dictionary<string, long>> RunOnceAsync(CancellationToken cancellationToken) => new(StringComparer.Ordinal)
    {
        ["leases_ended"] = await nodes.ReleaseAsync(options.Value.NodeAge, cancellationToken),
        ["forgotten"] = await nodes.ForgetAsync(options.Value.NodeAge, cancellationToken),
        ["requests_dropped"] = await nodes.DropRequestsAsync(RequestAge, cancellationToken),
        ["turns_dropped"] = await nodes.DropTurnsAsync(options.Value.NodeAge, cancellationToken),
    };
}
