using TusUpload.Data.Files;
using TusUpload.Data.Sessions;
using TusUpload.Pipeline.Steps;

namespace TusUpload.Pipeline.Verification;

/// <summary>
/// Reads the whole content once: its length and every committed span must be what was received. The digest is the one made while the bytes
/// arrived or is made in the same pass. Refuses what differs from the digest that the client promised.
/// </summary>
internal sealed partial class VerifyStep(SessionChunks chunks, ILogger<VerifyStep> logger) : IUploadStep
{
    public string Name => "verify";

    public string Status => FileStatus.Verifying;

    public async Task<StepOutcome> RunAsync(UploadContext upload, CancellationToken cancellationToken)
    {
        var file = upload.File;
        if (Refuses(file, file.ReceivedSha256))
        {
            return Mismatch(file, file.ReceivedSha256!);
        }

        await using var content = await upload.Source.OpenReadAsync(cancellationToken);
        using var pass = new ContentPass(content, withDigest: file.ReceivedSha256 is null);
        await foreach (var span in chunks.ReadAsync(upload.Uploads, cancellationToken))
        {
            await pass.CheckAsync(span, cancellationToken);
        }

        var made = pass.End(file.FileSize);
        upload.Sha256 = file.ReceivedSha256 ?? made;
        return Refuses(file, upload.Sha256) ? Mismatch(file, upload.Sha256!) : StepOutcome.Continue;
    }

    private static bool Refuses(FileInProcess file, string? sha256) =>
        sha256 is not null && file.PromisedSha256 is { } promised && promised != sha256;

    private StepOutcome Mismatch(FileInProcess file, string sha256)
    {
        LogMismatch(file.Id, sha256, file.PromisedSha256!);
        return StepOutcome.Reject("checksum_mismatch", "The received bytes do not have the SHA-256 that was promised at creation.");
    }

    [LoggerMessage(EventId = 3101, Level = LogLevel.Warning, Message = "Upload {UploadId} hashes to {Actual}, promised {Promised}")]
    private partial void LogMismatch(Guid uploadId, string actual, string promised);
}
