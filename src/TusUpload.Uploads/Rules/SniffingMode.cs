namespace TusUpload.Uploads.Rules;

/// <summary>What is done with what first bytes tell.</summary>
public enum SniffingMode
{
    /// <summary>Nothing: the client's word is taken.</summary>
    Off,

    /// <summary>
    /// Bytes have to be of an allowed type wherever types are named, and no program passes as a picture, a document or the like.
    /// </summary>
    Rules,

    /// <summary>They have to be of the kind that the client says as well.</summary>
    Strict,
}
