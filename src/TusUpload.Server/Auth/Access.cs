using Microsoft.AspNetCore.Authorization;

using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Auth;

/// <summary>
/// Who may use which endpoint, in one place: each endpoint names one of these, and one that names none is closed to everybody. Of what is then within whose
/// reach decides <see cref="Api.Reach"/>.
/// </summary>
/// <param name="Name">What is done, as the audit log says it; endpoints that change something have one of their own each.</param>
/// <param name="Needs">All of these.</param>
internal sealed record Access(string Name, Rights Needs)
{
    /// <summary>Visitors of a link too: people who upload through it.</summary>
    public bool ForVisitors { get; init; }

    /// <summary>Bearers of an upload token too, for their upload.</summary>
    public bool ForUploadTokens { get; init; }

    public static readonly Access Tus = new("tus", Rights.Upload) { ForVisitors = true, ForUploadTokens = true };

    public static readonly Access SeeUploads = new("see uploads", Rights.Read) { ForVisitors = true };
    public static readonly Access SeeUpload = new("see an upload", Rights.Read) { ForVisitors = true, ForUploadTokens = true };
    public static readonly Access ExtendUpload = new("extend an upload", Rights.Upload) { ForVisitors = true, ForUploadTokens = true };
    public static readonly Access CancelUpload = new("cancel an upload", Rights.Upload) { ForVisitors = true };
    public static readonly Access IssueUploadToken = new("issue a token of an upload", Rights.Upload) { ForVisitors = true };
    public static readonly Access RevokeUploadTokens = new("revoke the tokens of an upload", Rights.Upload) { ForVisitors = true };

    public static readonly Access SeeFiles = new("see files", Rights.Read) { ForVisitors = true };
    public static readonly Access SeeFile = new("see a file", Rights.Read) { ForVisitors = true };
    public static readonly Access DownloadFile = new("download a file", Rights.Read);
    public static readonly Access ShareFile = new("sign a file's address", Rights.Read);
    public static readonly Access ChangeFile = new("change a file", Rights.Write);
    public static readonly Access CopyFile = new("copy a file", Rights.Write);
    public static readonly Access DeleteFile = new("delete a file", Rights.Write);
    public static readonly Access ReplayFile = new("replay a file", Rights.Write);

    public static readonly Access SeeBatches = new("see batches", Rights.Read) { ForVisitors = true };
    public static readonly Access MakeBatch = new("make a batch", Rights.Upload) { ForVisitors = true };
    public static readonly Access SealBatch = new("seal a batch", Rights.Upload) { ForVisitors = true };
    public static readonly Access CancelBatch = new("cancel a batch", Rights.Upload) { ForVisitors = true };
    public static readonly Access DownloadBatch = new("download a batch", Rights.Read);

    public static readonly Access SeeFolders = new("see folders", Rights.Read);
    public static readonly Access MakeFolder = new("make a folder", Rights.Upload);
    public static readonly Access ChangeFolder = new("change a folder", Rights.Write);
    public static readonly Access MoveFolder = new("move a folder", Rights.Write);
    public static readonly Access DeleteFolder = new("delete a folder", Rights.Write);
    public static readonly Access RestoreFolder = new("restore a folder", Rights.Write);
    public static readonly Access DownloadFolder = new("download a folder", Rights.Read);

    public static readonly Access SeeTrash = new("see the trash", Rights.Read);
    public static readonly Access EmptyTrash = new("empty the trash", Rights.Write);

    public static readonly Access SeeWorkspaces = new("see workspaces", Rights.Read);
    public static readonly Access MakeWorkspace = new("make a workspace", Rights.Manage);
    public static readonly Access ChangeWorkspace = new("change a workspace", Rights.Manage);
    public static readonly Access DeleteWorkspace = new("delete a workspace", Rights.Manage);
    public static readonly Access RestoreWorkspace = new("restore a workspace", Rights.Manage);
    public static readonly Access SeeMembers = new("see members", Rights.Read);
    public static readonly Access SetMember = new("set a member", Rights.Manage);
    public static readonly Access RemoveMember = new("remove a member", Rights.Manage);

    public static readonly Access SeeUsage = new("see usage", Rights.Read);
    public static readonly Access CheckUsage = new("check usage", Rights.Upload) { ForVisitors = true };
    public static readonly Access SeeDrift = new("see drift of usage", Rights.Operate);
    public static readonly Access RepairUsage = new("repair usage", Rights.Operate);
    public static readonly Access SeeUsers = new("see users", Rights.Administer);
    public static readonly Access ChangeUser = new("change a user", Rights.Administer);
    public static readonly Access DropUserLimit = new("take a user's own limit away", Rights.Administer);
    public static readonly Access HearEvents = new("hear events", Rights.Read) { ForVisitors = true };

    public static readonly Access SeeKeys = new("see API keys", Rights.Manage);
    public static readonly Access MakeKey = new("make an API key", Rights.Manage);
    public static readonly Access RevokeKey = new("revoke an API key", Rights.Manage);

    public static readonly Access SeeAudit = new("see the audit log", Rights.Operate);

    public static readonly Access SeeLinks = new("see share links", Rights.Manage);
    public static readonly Access MakeLink = new("make a share link", Rights.Manage);
    public static readonly Access ChangeLink = new("change a share link", Rights.Manage);
    public static readonly Access RevokeLink = new("revoke a share link", Rights.Manage);

    public static readonly Access SeeServer = new("jobs, metrics and documentation", Rights.Observe);

    public bool Allows(Caller caller) =>
        (caller.Rights & Needs) == Needs && (caller.IsUser || ForVisitors || caller.UploadId is not null) && (caller.UploadId is null || ForUploadTokens);
}

/// <summary>
/// Asks an endpoint's <see cref="Access"/>. Whoever is signed in may hear that there is nothing at an address, or that a method does not apply there.
/// </summary>
internal sealed class AccessRequirement : AuthorizationHandler<AccessRequirement>, IAuthorizationRequirement
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, AccessRequirement requirement)
    {
        var endpoint = (context.Resource as HttpContext)?.GetEndpoint();
        if (context.User.FindCaller() is { } caller
            && (endpoint is not RouteEndpoint || endpoint.Metadata.GetMetadata<Access>()?.Allows(caller) == true))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}

internal static class AccessEndpoints
{
    public static T For<T>(this T endpoints, Access access)
        where T : IEndpointConventionBuilder => endpoints.WithMetadata(access);

    /// <summary>An endpoint of the API. Where upload tokens open it, a revoked one does not.</summary>
    public static RouteHandlerBuilder For(this RouteHandlerBuilder endpoint, Access access) =>
        access.ForUploadTokens
            ? endpoint.WithMetadata(access).AddEndpointFilter(UploadTokenScope.FilterAsync)
            : endpoint.WithMetadata(access);
}
