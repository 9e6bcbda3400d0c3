namespace TusUpload.Protocol.Capabilities;

/// <summary>Where the answer to a POST carries an upload token.</summary>
public enum UploadTokenPlace
{
    /// <summary>Nowhere.</summary>
    Off,

    /// <summary>In the header Upload-Token; the client sends it back in the same header.</summary>
    Header,

    /// <summary>In the query of Location, which every client sends back unasked. URLs end up in logs of proxies and in histories.</summary>
    Url,
}
