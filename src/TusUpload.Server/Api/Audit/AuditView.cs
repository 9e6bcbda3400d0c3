using System.Linq.Expressions;

using TusUpload.Data.Audit;

namespace TusUpload.Server.Api.Audit;

/// <summary>An entry of the audit log as the API shows it.</summary>
/// <param name="Actor">The caller's subject; null: nobody was signed in.</param>
/// <param name="KeyId">The API key that it signed in with.</param>
/// <param name="Subject">The id of what it was asked of, or of what it made.</param>
internal sealed record AuditView(
    Guid Id, DateTimeOffset At, string? Actor, Guid? KeyId, string Action, string? Subject, Guid? WorkspaceId, string? Address, int Status)
{
    public static readonly Expression<Func<AuditEntry, AuditView>> Of = entry => new AuditView(
        entry.Id, entry.At, entry.Actor, entry.KeyId, entry.Action, entry.Subject, entry.WorkspaceId, entry.Address, entry.Status);
}
