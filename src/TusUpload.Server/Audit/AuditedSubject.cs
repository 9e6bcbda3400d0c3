namespace TusUpload.Server.Audit;

/// <summary>Feature of a request whose address does not say by an id what it is about.</summary>
internal sealed record AuditedSubject(Guid Id);
