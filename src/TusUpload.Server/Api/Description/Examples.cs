using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

using TusUpload.Server.Api.Audit;
using TusUpload.Server.Api.Batches;
using TusUpload.Server.Api.Files;
using TusUpload.Server.Api.Keys;
using TusUpload.Server.Api.Uploads;
using TusUpload.Server.Api.Usage;

namespace TusUpload.Server.Api.Description;

/// <summary>An example of each body that the API takes and gives; those of pages are made of their items'.</summary>
internal sealed class Examples : IOpenApiSchemaTransformer
{
    private const string File = "01937b6e-4c5d-7a10-8f2e-3b4c5d6e7f80";
    private const string Workspace = "01937b6e-1111-7a10-8f2e-3b4c5d6e7f80";
    private const string Batch = "01937b6e-2222-7a10-8f2e-3b4c5d6e7f80";
    private const string Key = "01937b6e-3333-7a10-8f2e-3b4c5d6e7f80";
    private const string Entry = "01937b6e-4444-7a10-8f2e-3b4c5d6e7f80";
    private const string Sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    private static readonly Dictionary<Type, string> Bodies = new()
    {
        [typeof(ProblemDetails)] = """
            { "type": "about:blank", "title": "Not Found", "status": 404, "detail": "There is no such file.", "code": "file_not_found" }
            """,
        [typeof(FileView)] = $$"""
            { "id": "{{File}}", "fileName": "report.pdf", "fileSize": 1048576, "contentType": "application/pdf", "processingStatus": "ready",
              "sha256": "{{Sha256}}", "storagePath": "files/2024/12/{{File}}", "workspaceId": "{{Workspace}}", "folderId": null, "linkId": null,
              "batchId": "{{Batch}}", "createdAt": "2024-12-01T09:30:00Z", "readyAt": "2024-12-01T09:30:01Z", "rejection": null }
            """,
        [typeof(RejectionView)] = """{ "code": "checksum_mismatch", "message": "The received bytes do not match the promised digest." }""",
        [typeof(RenameFile.Body)] = """{ "fileName": "report, final.pdf", "folderId": null }""",
        [typeof(CopyFile.Body)] = $$"""{ "fileName": "copy of report.pdf", "workspaceId": "{{Workspace}}", "folderId": null }""",
        [typeof(SignUrl.Body)] = """{ "expiresIn": 3600 }""",
        [typeof(SignUrl.SignedUrl)] = """
            { "url": "https://uploads.example.com/api/v1/downloads/td1.AbCd", "expiresAt": "2024-12-01T10:30:00Z" }
            """,
        [typeof(UploadView)] = $$"""
            { "id": "{{File}}", "fileName": "film.mp4", "totalSize": 1073741824, "uploadedSize": 268435456, "status": "receiving",
              "bytesPerSecond": 8388608, "expiresAt": "2024-12-02T09:30:00Z", "lastActivityAt": "2024-12-01T09:30:00Z" }
            """,
        [typeof(ExtendUpload.Body)] = """{ "seconds": 86400 }""",
        [typeof(UploadTokenRoutes.Issued)] = """{ "token": "tu1.AbCd" }""",
        [typeof(CreateBatch.Body)] = $$"""
            { "expectedFiles": 1, "manifest": [{ "name": "2024/report.pdf", "size": 1048576 }], "allOrNothing": true, "lateFiles": "refuse",
              "expiresAt": "2024-12-08T09:30:00Z", "workspaceId": "{{Workspace}}" }
            """,
        [typeof(CreateBatch.Line)] = """{ "name": "2024/report.pdf", "size": 1048576 }""",
        [typeof(BatchView)] = $$"""
            { "id": "{{Batch}}", "status": "open", "totalFiles": 20, "processedFiles": 3, "failedFiles": 0, "totalBytes": 3145728, "receivedFiles": 4,
              "expectedBytes": 20971520, "uploadedBytes": 4194304, "allOrNothing": false, "lateFiles": "refuse", "lateJoined": 0,
              "workspaceId": "{{Workspace}}", "createdAt": "2024-12-01T09:30:00Z", "expiresAt": "2024-12-08T09:30:00Z", "endedAt": null }
            """,
        [typeof(BatchFileView)] = $$"""{ "name": "2024/report.pdf", "size": 1048576, "state": "ready", "uploadId": "{{File}}" }""",
        [typeof(UsageView)] = $$"""
            { "user": { "limit": 10737418240, "used": 1048576, "reserved": 0 },
              "workspaces": [{ "id": "{{Workspace}}", "limit": null, "used": 1048576, "reserved": 0 }], "links": [] }
            """,
        [typeof(AccountUsage)] = """{ "limit": 10737418240, "used": 1048576, "reserved": 0 }""",
        [typeof(LevelUsage)] = $$"""{ "id": "{{Workspace}}", "limit": null, "used": 1048576, "reserved": 0 }""",
        [typeof(CreateKey.Body)] = """{ "name": "nightly backup", "scopes": ["upload", "read"], "expiresAt": "2025-12-01T00:00:00Z" }""",
        [typeof(CreateKey.Made)] = $$"""
            { "id": "{{Key}}", "name": "nightly backup", "scopes": ["upload", "read"], "key": "tk_...", "createdAt": "2024-12-01T09:30:00Z",
              "expiresAt": "2025-12-01T00:00:00Z" }
            """,
        [typeof(KeyView)] = $$"""
            { "id": "{{Key}}", "name": "nightly backup", "scopes": ["upload", "read"], "createdAt": "2024-12-01T09:30:00Z",
              "expiresAt": "2025-12-01T00:00:00Z", "lastUsedAt": "2024-12-01T21:00:00Z", "revokedAt": null }
            """,
        [typeof(AuditView)] = $$"""
            { "id": "{{Entry}}", "at": "2024-12-01T09:30:00Z", "actor": "5f0c4c1e-ann", "keyId": null, "action": "delete a file",
              "subject": "{{File}}", "workspaceId": "{{Workspace}}", "address": "192.0.2.7", "status": 204 }
            """,
    };

    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if (type == typeof(ProblemDetails) && schema.Properties is { } members)
        {
            members.TryAdd("code", new OpenApiSchema { Type = JsonSchemaType.String, Description = "What clients switch on." });
            members.Remove("instance");
        }

        schema.Examples ??= ExampleOf(type) is { } example ? [example] : null;
        return Task.CompletedTask;
    }

    private static JsonNode? ExampleOf(Type type)
    {
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Page<>))
        {
            return ExampleOf(type.GetGenericArguments()[0]) is { } item ? new JsonObject { ["items"] = new JsonArray(item), ["nextCursor"] = null } : null;
        }

        return Bodies.TryGetValue(type, out var text) || PlaceExamples.Bodies.TryGetValue(type, out text) ? JsonNode.Parse(text) : null;
    }
}
