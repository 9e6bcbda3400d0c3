using System.Linq.Expressions;

using TusUpload.Data.Batches;

namespace TusUpload.Server.Api.Batches;

/// <summary>A batch as the API shows it.</summary>
/// <param name="TotalFiles">As many as were announced; without an announcement as many as joined.</param>
/// <param name="TotalBytes">Of the files whose last byte is in.</param>
internal sealed record BatchView(Guid Id, string Status, int TotalFiles, int ProcessedFiles, int FailedFiles, long TotalBytes)
{
    public static readonly Expression<Func<Batch, BatchView>> Of = batch => new BatchView(
        batch.Id, batch.Status, batch.ExpectedFiles ?? batch.JoinedFiles, batch.ProcessedFiles, batch.FailedFiles, batch.TotalBytes);
}
