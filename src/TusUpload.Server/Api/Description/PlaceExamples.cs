using TusUpload.Data;
using TusUpload.Server.Api.Folders;
using TusUpload.Server.Api.Links;
using TusUpload.Server.Api.Trash;
using TusUpload.Server.Api.Usage;
using TusUpload.Server.Api.Users;
using TusUpload.Server.Api.Workspaces;
using TusUpload.Server.Api.Workspaces.Members;

namespace TusUpload.Server.Api.Description;

/// <summary>Examples of where files are, who may go there and what there is room for.</summary>
internal static class PlaceExamples
{
    private const string Workspace = "01937b6e-1111-7a10-8f2e-3b4c5d6e7f80";
    private const string Folder = "01937b6e-5555-7a10-8f2e-3b4c5d6e7f80";
    private const string Link = "01937b6e-6666-7a10-8f2e-3b4c5d6e7f80";

    private const string Visible = $$"""
        { "linkId": "{{Link}}", "name": "Pictures of the party", "passwordRequired": true, "expiresAt": null, "usesLeft": null, "filesLeft": 100, "bytesLeft": null,
          "maxFileSize": 1073741824, "allowedTypes": ["image/*"] }
        """;

    public static readonly Dictionary<Type, string> Bodies = new()
    {
        [typeof(WorkspaceView)] = $$"""
            { "id": "{{Workspace}}", "name": "Studio", "owner": "5f0c4c1e-ann", "role": "owner", "namePolicy": "keep_both", "allowedTypes": ["image/*"],
              "deniedTypes": null, "maxFileSize": null, "allowedOrigins": ["https://studio.example.com"],
              "storage": { "limit": 10737418240, "used": 1048576, "reserved": 0 }, "createdAt": "2024-12-01T09:30:00Z", "deletedAt": null }
            """,
        [typeof(CreateWorkspace.Body)] = """{ "name": "Studio" }""",
        [typeof(ChangeWorkspace.Body)] = """
            { "name": "Studio", "namePolicy": "replace", "allowedTypes": ["image/*"], "deniedTypes": null, "maxFileSize": 1073741824,
              "allowedOrigins": ["https://studio.example.com"], "storageLimit": 10737418240 }
            """,
        [typeof(MemberView)] = """{ "userId": "5f0c4c1e-bob", "role": "editor", "createdAt": "2024-12-01T09:30:00Z" }""",
        [typeof(SetMember.Body)] = """{ "role": "editor" }""",
        [typeof(FolderView)] = $$"""
            { "id": "{{Folder}}", "workspaceId": "{{Workspace}}", "parentId": null, "linkId": null, "path": "2024", "name": "2024",
              "createdAt": "2024-12-01T09:30:00Z", "files": 3, "bytes": 3145728 }
            """,
        [typeof(CreateFolder.Body)] = $$"""{ "workspaceId": "{{Workspace}}", "parentId": null, "name": "2024" }""",
        [typeof(ChangeFolder.Body)] = """{ "name": "2024, sorted", "parentId": null }""",
        [typeof(ChangeFolder.Target)] = """{ "parentId": null }""",
        [typeof(RestoreFolder.Body)] = """{ "name": "2024, again" }""",
        [typeof(FolderTree.Tree)] = $$"""{ "items": [{ "id": "{{Folder}}", "parentId": null, "name": "2024", "path": "2024", "depth": 1 }] }""",
        [typeof(FolderTree.Node)] = $$"""{ "id": "{{Folder}}", "parentId": null, "name": "2024", "path": "2024", "depth": 1 }""",
        [typeof(TrashView)] = $$"""
            { "id": "{{Folder}}", "kind": "folder", "path": "2024", "workspaceId": "{{Workspace}}", "deletedAt": "2024-12-01T09:30:00Z",
              "purgedAt": "2024-12-31T09:30:00Z" }
            """,
        [typeof(LinkView)] = $$"""
            { "id": "{{Link}}", "slug": "party-pictures", "name": "Pictures of the party", "workspaceId": "{{Workspace}}", "folderId": "{{Folder}}",
              "hasPassword": true, "expiresAt": null, "revokedAt": null, "maxUses": null, "uses": 7, "maxFiles": 120, "files": 20,
              "maxFileSize": 1073741824, "allowedTypes": ["image/*"], "allowedOrigins": null,
              "storage": { "limit": null, "used": 20971520, "reserved": 0 }, "createdBy": "5f0c4c1e-ann", "createdAt": "2024-12-01T09:30:00Z" }
            """,
        [typeof(CreateLink.Body)] = $$"""
            { "name": "Pictures of the party", "workspaceId": "{{Workspace}}", "folderId": "{{Folder}}", "slug": "party-pictures", "password": "open sesame",
              "expiresAt": "2025-01-01T00:00:00Z", "maxUses": 50, "maxFiles": 120, "storageLimit": 10737418240, "maxFileSize": 1073741824,
              "allowedTypes": ["image/*"], "allowedOrigins": null }
            """,
        [typeof(ChangeLink.Body)] = $$"""
            { "name": "Pictures of the party", "folderId": "{{Folder}}", "password": null, "expiresAt": null, "maxUses": 50, "maxFiles": 120,
              "storageLimit": null, "maxFileSize": 1073741824, "allowedTypes": ["image/*"], "allowedOrigins": null }
            """,
        [typeof(PublicLinkView)] = Visible,
        [typeof(VisitLink.Body)] = """{ "password": "open sesame", "visitor": null }""",
        [typeof(VisitLink.Visit)] = $$"""{ "token": "lt1.AbCd", "expiresAt": "2024-12-02T09:30:00Z", "uploadUrl": "/uploads", "link": {{Visible}} }""",
        [typeof(UserView)] = $$"""
            { "id": "5f0c4c1e-ann", "plan": "pro", "storageLimit": 107374182400, "hasOwnLimit": false, "storageUsed": 1048576, "storageReserved": 0,
              "defaultWorkspaceId": "{{Workspace}}", "createdAt": "2024-12-01T09:30:00Z" }
            """,
        [typeof(ChangeUser.Body)] = """{ "storageLimit": 214748364800 }""",
        [typeof(CheckUsage.Body)] = $$"""
            { "size": 1048576, "workspaceId": "{{Workspace}}", "linkId": null, "fileName": "report.pdf", "contentType": "application/pdf" }
            """,
        [typeof(CheckUsage.Answer)] = """
            { "allowed": false, "code": "quota_exceeded", "message": "The workspace's storage limit leaves no room for this.",
              "bytesLeft": { "user": null, "workspace": 1000, "link": null }, "level": "workspace", "limit": 1000000, "used": 999000, "reserved": 0 }
            """,
        [typeof(CheckUsage.Left)] = """{ "user": null, "workspace": 1000, "link": null }""",
        [typeof(SeeDrift.Report)] = $$"""
            { "items": [{ "level": "workspace", "id": "{{Workspace}}", "measure": "used", "counted": 1048576, "actual": 0 }] }
            """,
        [typeof(StorageDrift)] = $$"""{ "level": "workspace", "id": "{{Workspace}}", "measure": "used", "counted": 1048576, "actual": 0 }""",
    };
}
