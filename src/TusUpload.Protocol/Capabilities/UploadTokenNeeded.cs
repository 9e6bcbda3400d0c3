namespace TusUpload.Protocol.Capabilities;

/// <summary>
/// A feature of a request whose caller can sign in with nothing that it could bring again: the address of the upload that it makes carries a token, whatever
/// <see cref="TusOptions.UploadToken"/> says, or nobody could go on with it. The application sets it when it lets such a caller in.
/// </summary>
public sealed class UploadTokenNeeded
{
    public static readonly UploadTokenNeeded Instance = new();

    private UploadTokenNeeded()
    {
    }
}
