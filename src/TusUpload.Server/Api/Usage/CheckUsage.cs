using System.Text.Json.Serialization;

using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Sessions;

namespace TusUpload.Server.Api.Usage;

/// <summary>POST /usage/check: would this upload be let in?</summary>
internal static class CheckUsage
{
    public static async Task<IResult> HandleAsync(Body body, Caller caller, UploadCheck check, CancellationToken cancellationToken)
    {
        if (body.Size is not (>= 0 and var size))
        {
            return ApiError.InvalidSize;
        }

        var metadata = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["filename"] = body.FileName ?? "",
            ["filetype"] = body.ContentType ?? "",
            ["workspaceId"] = body.WorkspaceId?.ToString() ?? "",
            ["linkId"] = body.LinkId?.ToString() ?? "",
        };
        var (refusal, room) = await check.CheckAsync(caller, size, metadata, cancellationToken);

        // The numbers of an account are not a visitor's business, as in the refusal itself.
        var left = room is null ? null : new Left(caller.IsUser ? room.User?.Left : null, caller.IsUser ? room.Workspace?.Left : null, room.Link?.Left);
        return TypedResults.Ok(new Answer(refusal is null, refusal?.Code, refusal?.Message, left)
        {
            Level = refusal?.Details?.GetValueOrDefault("level") as string,
            Limit = refusal?.Details?.GetValueOrDefault("limit") as long?,
            Used = refusal?.Details?.GetValueOrDefault("used") as long?,
            Reserved = refusal?.Details?.GetValueOrDefault("reserved") as long?,
        });
    }

    /// <param name="Size">Bytes.</param>
    /// <param name="WorkspaceId">Where it would go. Default: the caller's default workspace, or its link's.</param>
    /// <param name="LinkId">The link it would come by. Default: that which the caller came by, if any.</param>
    internal sealed record Body(long? Size, Guid? WorkspaceId, Guid? LinkId, string? FileName, string? ContentType);

    /// <param name="Code">What the upload would be refused with; null: it would be let in.</param>
    /// <param name="BytesLeft">At each level; null where it has no limit.</param>
    internal sealed record Answer(bool Allowed, string? Code, string? Message, Left? BytesLeft)
    {
        /// <summary>Of 413 <c>quota_exceeded</c>: user, workspace or link, and its numbers.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Level { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public long? Limit { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public long? Used { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public long? Reserved { get; init; }
    }

    internal sealed record Left(long? User, long? Workspace, long? Link);
}
