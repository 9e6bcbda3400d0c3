namespace TusUpload.Pipeline.Verification;

/// <summary>
/// The bytes at rest are not those that were acknowledged: the fault is ours, so the file is never rejected for it. It is tried again, since a
/// read may fail where the disk does not, and then fails under a code of its own for a person to look at.
/// </summary>
internal sealed class ContentCorruptException(string message) : Exception(message)
{
    public const string Code = "content_corrupt";
}
