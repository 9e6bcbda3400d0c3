namespace TusUpload.Uploads.Leases;

/// <summary>This process among the nodes that share a database.</summary>
/// <param name="Id">Lasts as long as the content folder of this machine: a restarted server is the same node.</param>
public sealed record LocalNode(Guid Id);
