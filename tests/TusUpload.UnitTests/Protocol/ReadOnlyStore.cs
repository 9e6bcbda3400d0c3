using System.Security.Claims;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;

namespace TusUpload.UnitTests.Protocol;

/// <summary>A store without any optional ability, and without uploads.</summary>
internal sealed class ReadOnlyStore : ITusStore
{
    public Task<TusResult<UploadInfo>> FindAsync(Guid uploadId, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        Task.FromResult<TusResult<UploadInfo>>(TusError.NotFound);

    public Task<TusResult<UploadInfo>> AppendAsync(AppendRequest request, TusBody body, CancellationToken cancellationToken) =>
        Task.FromResult<TusResult<UploadInfo>>(TusError.NotFound);
}
