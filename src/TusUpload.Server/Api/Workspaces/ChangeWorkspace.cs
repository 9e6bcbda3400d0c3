using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

using TusUpload.Data;
using TusUpload.Data.Workspaces;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Workspaces;

/// <summary>PATCH /workspaces/{id}: managers, and of the storage limit whoever administers the server, in anybody's.</summary>
internal static class ChangeWorkspace
{
    private const int MostEntries = 100;
    private const int LongestEntry = 255;

    public static async Task<IResult> HandleAsync(
        Guid id, Body body, IfMatch ifMatch, Caller caller, TusUploadDb db, CancellationToken cancellationToken)
    {
        var administers = caller.Rights.HasFlag(Rights.Administer);
        if (Refuse(body) is { } wrong)
        {
            return wrong;
        }

        var everybodys = administers && body == new Body { StorageLimit = body.StorageLimit } && body.StorageLimit.IsGiven;
        var reach = everybodys ? db.Workspaces.Where(space => space.DeletedAt == null) : db.WorkspacesOf(caller, Rights.Manage);
        if (!await reach.AnyAsync(space => space.Id == id, cancellationToken))
        {
            return await db.RefuseWorkspaceAsync(id, caller, cancellationToken);
        }

        if (body.StorageLimit.IsGiven && !administers)
        {
            return ApiError.Forbidden;
        }

        var version = ifMatch.Version;
        var changed = await reach.Where(space => space.Id == id && (version == null || space.Version == version))
            .ExecuteUpdateAsync(body.Set, cancellationToken);
        var view = await db.Workspaces.Where(space => space.Id == id).Select(WorkspaceView.For(db, caller.Subject)).SingleOrDefaultAsync(cancellationToken);
        return (changed, view) switch
        {
            (_, null) => ApiError.WorkspaceNotFound,
            (0, _) => ApiError.PreconditionFailed,
            _ => new Tagged<WorkspaceView>(view, view.Version),
        };
    }

    private static ApiError? Refuse(Body body) => body switch
    {
        { Name: { IsGiven: true } name } when !CreateWorkspace.IsName(name.Value) => ApiError.InvalidName,
        { NamePolicy: { IsGiven: true, Value: not (NamePolicy.KeepBoth or NamePolicy.Replace or NamePolicy.Refuse) } } => ApiError.InvalidNamePolicy,
        { MaxFileSize.Value: < 0 } or { StorageLimit.Value: < 0 } => ApiError.InvalidSize,
        _ when !AreEntries(body.AllowedTypes.Value) || !AreEntries(body.DeniedTypes.Value) => ApiError.InvalidTypes,
        _ when !AreEntries(body.AllowedOrigins.Value) || body.AllowedOrigins.Value?.All(IsOrigin) == false => ApiError.InvalidOrigins,
        _ => null,
    };

    private static bool AreEntries(string?[]? entries) =>
        entries is null || (entries.Length <= MostEntries && entries.All(entry => entry is { Length: > 0 and <= LongestEntry } && !entry.Any(char.IsControl)));

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Scheme is "http" or "https" && page.GetLeftPart(UriPartial.Authority) == origin;

    // No constructor: where a parameter of one has a default, the description of the API takes it for null.
    internal sealed record Body
    {
        public Given<string> Name { get; init; }

        public Given<string> NamePolicy { get; init; }

        /// <summary>Types that may be uploaded; null: whatever the server takes.</summary>
        public Given<string[]> AllowedTypes { get; init; }

        /// <summary>Types that may not be uploaded.</summary>
        public Given<string[]> DeniedTypes { get; init; }

        /// <summary>Bytes of the largest file; null: what the server takes.</summary>
        public Given<long?> MaxFileSize { get; init; }

        /// <summary>Origins of pages that may upload into it, besides those of the server.</summary>
        public Given<string[]> AllowedOrigins { get; init; }

        /// <summary>Bytes in all; null is no limit. For those who administer the server.</summary>
        public Given<long?> StorageLimit { get; init; }

        internal void Set(UpdateSettersBuilder<Workspace> row)
        {
            row.SetProperty(space => space.Version, space => space.Version + 1);
            Set(row, Name, value => row.SetProperty(space => space.Name, value!));
            Set(row, NamePolicy, value => row.SetProperty(space => space.NamePolicy, value!));
            Set(row, AllowedTypes, value => row.SetProperty(space => space.AllowedTypes, value));
            Set(row, DeniedTypes, value => row.SetProperty(space => space.DeniedTypes, value));
            Set(row, MaxFileSize, value => row.SetProperty(space => space.MaxFileSize, value));
            Set(row, AllowedOrigins, value => row.SetProperty(space => space.AllowedOrigins, value));
            Set(row, StorageLimit, value => row.SetProperty(space => space.StorageLimit, value));
        }

        private static void Set<T>(UpdateSettersBuilder<Workspace> row, Given<T> given, Func<T?, UpdateSettersBuilder<Workspace>> set) =>
            _ = given.IsGiven ? set(given.Value) : row;
    }
}
