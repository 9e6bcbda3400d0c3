namespace TusUpload.Server.Audit;

/// <summary>Metadata of an endpoint outside of the API whose requests are recorded: what they do, in the words of the audit log.</summary>
internal sealed record AuditedAction(string Name);
