using TusUpload.Data.Files;
using TusUpload.Pipeline.Steps;

namespace TusUpload.Pipeline.Storage;

/// <summary>Hands the content over to the object store under its key.</summary>
internal sealed class StoreStep(IObjectStorage storage) : IUploadStep
{
    public string Name => "store";

    public string Status => FileStatus.Storing;

    public async Task<StepOutcome> RunAsync(UploadContext upload, CancellationToken cancellationToken)
    {
        var key = ObjectKey.For(upload.File.WorkspaceId, upload.Id);
        await storage.StoreAsync(upload.Source, key, cancellationToken);
        upload.StoragePath = key;
        return StepOutcome.Continue;
    }
}
