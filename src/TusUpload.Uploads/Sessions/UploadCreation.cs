using TusUpload.Data.Sessions;
using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Content;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// POST. A small body that is the whole upload goes to the disk first and costs one round trip in all; anything else is admitted first, so that no
/// client sends bytes in vain.
/// </summary>
internal sealed class UploadCreation(
    UploadRequests requests, IUploadContent content, WholeUpload whole, UploadBeginning beginning, UploadAdoption adoption)
{
    public async Task<TusResult<UploadInfo>> CreateAsync(CreateRequest request, TusBody? body, CancellationToken cancellationToken)
    {
        if (body?.Length > request.Length)
        {
            return TusError.BodyTooLong;
        }

        var (asked, refusal) = await requests.ReadAsync(request, cancellationToken);
        if (asked is null)
        {
            return refusal!;
        }

        var session = asked with { ContentNode = content.Node };
        return session.ResumeKey is null
            ? await MakeAsync(session)
            : await adoption.CreateAsync(session, request, body, MakeAsync, cancellationToken);

        Task<TusResult<UploadInfo>> MakeAsync(NewSession made) => request.OnMade is null && whole.IsWhole(request.Length, body)
            ? whole.CreateAsync(made, body)
            : beginning.CreateAsync(made, body, request.OnMade, cancellationToken);
    }
}
