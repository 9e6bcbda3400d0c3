using System.Net.Http.Headers;

namespace TusUpload.Pipeline.Storage;

/// <summary>An object that is to be read by whoever is given its address, as a file to be saved.</summary>
/// <param name="FileName">What it is to be saved as.</param>
/// <param name="ContentType">What it is to be called, where the store lets that be said.</param>
/// <param name="Validity">1 s to 7 days, which is the most that S3 signs.</param>
public sealed record ObjectLink(string StoragePath, string FileName, string ContentType, TimeSpan Validity)
{
    /// <summary>The header that says so, RFC 6266.</summary>
    internal string ContentDisposition => new ContentDispositionHeaderValue("attachment") { FileNameStar = FileName }.ToString();
}
