using TusUpload.Data.Files;
using TusUpload.Data.Sessions;
using TusUpload.Pipeline.Steps;

namespace TusUpload.Pipeline.Verification;

/// <summary>
/// Reads the whole content once: its length and every committed span must be what was received. The digest is the one made while the bytes
/// arrived or is made in the same pass, as is the SHA-512 of a file that has one promised. Refuses what differs from what the client promised.
/// </summary>
internal sealed partial class VerifyStep(SessionChunks chunks, ILogger<VerifyStep> logger) : IUploadStep
{
    public string Name => "verify";

    public string Status => FileStatus.Verifying;

    public bool IsQuick(UploadContext upload) => upload.Source.IsSmall;

    public async Task<StepOutcome> RunAsync(UploadContext upload, CancellationToken cancellationToken)
    {
        var file = upload.File;
        if (Differs(file.PromisedSha256, file.ReceivedSha256))
        {
            return Mismatch(file.Id, file.ReceivedSha256!, file.PromisedSha256!, "SHA-256");
        }

        await using var content = await upload.Source.OpenReadAsync(cancellationToken);
        using var pass = new ContentPass(content, withSha256: file.ReceivedSha256 is null, withSha512: file.PromisedSha512 is not null);
        await foreach (var span in upload.ReadSpans(chunks, cancellationToken))
        {
            await pass.CheckAsync(span, cancellationToken);
        }

        var (sha256, sha512) = pass.End(file.FileSize);
        upload.Sha256 = file.ReceivedSha256 ?? sha256;
        return true switch
        {
            _ when Differs(file.PromisedSha256, upload.Sha256) => Mismatch(file.Id, upload.Sha256!, file.PromisedSha256!, "SHA-256"),
            _ when Differs(file.PromisedSha512, sha512) => Mismatch(file.Id, sha512!, file.PromisedSha512!, "SHA-512"),
            _ => StepOutcome.Continue,
        };
    }

    private static bool Differs(string? promised, string? actual) => promised is not null && actual is not null && promised != actual;

    private StepOutcome Mismatch(Guid uploadId, string actual, string promised, string algorithm)
    {
        LogMismatch(uploadId, actual, promised);
        return StepOutcome.Reject("checksum_mismatch", $"The received bytes do not have the {algorithm} that was promised at creation.");
    }

    [LoggerMessage(EventId = 3101, Level = LogLevel.Warning, Message = "Upload {UploadId} hashes to {Actual}, promised {Promised}")]
    private partial void LogMismatch(Guid uploadId, string actual, string promised);
}
