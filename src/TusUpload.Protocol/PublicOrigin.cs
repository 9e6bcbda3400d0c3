namespace TusUpload.Protocol;

/// <summary>
/// A feature of a request that came through a proxy: the scheme and host that the client called. The application sets it where it believes
/// who says so; the protocol itself believes no header.
/// </summary>
/// <param name="Value">Such as <c>https://uploads.example.com:8443</c>, without a slash at the end.</param>
public sealed record PublicOrigin(string Value);
