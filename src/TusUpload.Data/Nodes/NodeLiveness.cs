namespace TusUpload.Data.Nodes;

/// <summary>When a node lives.</summary>
internal static class NodeLiveness
{
    /// <summary>
    /// A condition on a row of <c>nodes</c>: its heartbeat is no older than the interval that the statement calls <c>silence</c>, by the database's
    /// clock. Nor is it as far ahead: a database whose clock stepped back must not keep the dead alive until it has caught up.
    /// </summary>
    public const string Alive = "nodes.heartbeat_at BETWEEN now() - silence AND now() + silence";
}
