using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Keys;

/// <summary>GET /api-keys</summary>
internal static class ListKeys
{
    public static async Task<IResult> HandleAsync([AsParameters] PageRequest page, Caller caller, TusUploadDb db, CancellationToken cancellationToken)
    {
        if (!page.TryRead(out var limit, out var below, out var error))
        {
            return error;
        }

        var owner = caller.Subject;
        var keys = db.ApiKeys.Where(key => key.UserId == owner);
        if (below is { } last)
        {
            keys = keys.Where(key => key.Id < last);
        }

        return TypedResults.Ok(await keys.OrderByDescending(key => key.Id).Select(KeyView.Of).ToPageAsync(limit, key => key.Id, cancellationToken));
    }
}
