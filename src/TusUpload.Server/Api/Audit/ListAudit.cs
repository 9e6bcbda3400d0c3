using Microsoft.AspNetCore.Mvc;

using TusUpload.Data;
using TusUpload.Data.Audit;

namespace TusUpload.Server.Api.Audit;

/// <summary>GET /audit</summary>
internal static class ListAudit
{
    public static async Task<IResult> HandleAsync(
        [AsParameters] PageRequest page, [AsParameters] Filter filter, TusUploadDb db, CancellationToken cancellationToken)
    {
        if (!page.TryRead(out var limit, out var below, out var error))
        {
            return error;
        }

        if (filter.HoldsNull)
        {
            // Postgres has no such text.
            return ApiError.InvalidRequest;
        }

        var entries = filter.Narrow(db.AuditLog);
        if (below is { } last)
        {
            entries = entries.Where(entry => entry.Id < last);
        }

        return TypedResults.Ok(await entries.OrderByDescending(entry => entry.Id).Select(AuditView.Of)
            .ToPageAsync(limit, entry => entry.Id, cancellationToken));
    }

    /// <param name="Actor">Entries of this caller.</param>
    /// <param name="Subject">Entries of what has this id.</param>
    /// <param name="WorkspaceId">Entries of what is in this workspace.</param>
    /// <param name="Action">Entries of this action, such as <c>delete a file</c>.</param>
    /// <param name="From">Entries from this moment on.</param>
    /// <param name="To">Entries before this moment.</param>
    internal sealed record Filter(
        [FromQuery(Name = "actor")] string? Actor,
        [FromQuery(Name = "subject")] string? Subject,
        [FromQuery(Name = "workspaceId")] Guid? WorkspaceId,
        [FromQuery(Name = "action")] string? Action,
        [FromQuery(Name = "from")] DateTimeOffset? From,
        [FromQuery(Name = "to")] DateTimeOffset? To)
    {
        public bool HoldsNull => new[] { Actor, Subject, Action }.Any(text => text?.Contains('\0', StringComparison.Ordinal) == true);

        public IQueryable<AuditEntry> Narrow(IQueryable<AuditEntry> entries)
        {
            entries = Actor is { } actor ? entries.Where(entry => entry.Actor == actor) : entries;
            entries = Subject is { } subject ? entries.Where(entry => entry.Subject == subject) : entries;
            entries = WorkspaceId is { } workspace ? entries.Where(entry => entry.WorkspaceId == workspace) : entries;
            entries = Action is { } action ? entries.Where(entry => entry.Action == action) : entries;
            if (From is { } from)
            {
                var first = AuditLog.FirstIdOf(from);
                entries = entries.Where(entry => entry.Id >= first);
            }

            if (To is { } to)
            {
                var end = AuditLog.FirstIdOf(to);
                entries = entries.Where(entry => entry.Id < end);
            }

            return entries;
        }
    }
}
