using Microsoft.AspNetCore.Http;

namespace TusUpload.Protocol.Ietf;

/// <summary>
/// A version of the draft by the number that its clients send, and all that differs between versions here. What a version does not know of,
/// such as Upload-Limit before 6, its clients ignore, so it is sent to all.
/// </summary>
/// <param name="Number">Upload-Draft-Interop-Version; null for a client that names none, as the standard will have it, or an unknown one.</param>
internal sealed record InteropVersion(long? Number)
{
    private static readonly InteropVersion Newest = new((long?)null);

    private static readonly InteropVersion[] Known = [new(3), new(5), new(6), new(7), new(8), new(9)];

    /// <summary>Version 3 says Upload-Incomplete, which is Upload-Complete the other way round.</summary>
    public bool SaysIncomplete => Number == 3;

    /// <summary>Before 6 an append may have any Content-Type.</summary>
    public bool TakesAnyContentType => Number < 6;

    /// <summary>Before 6 a request that asks for the offset, or cancels, must not tell any state.</summary>
    public bool RefusesStateWithoutBody => Number < 6;

    /// <summary>In 3 an append that says nothing is the last one.</summary>
    public bool AppendCompletesByDefault => Number == 3;

    /// <summary>From 6 to 8 there is a problem type for appends to complete uploads.</summary>
    public bool HasCompletedProblem => Number is >= 6 and <= 8;

    public static InteropVersion Of(HttpRequest request)
    {
        var number = StructuredField.ReadSize(request.Headers[IetfHeaders.InteropVersion]);
        return Array.Find(Known, version => version.Number == number) ?? Newest;
    }
}
