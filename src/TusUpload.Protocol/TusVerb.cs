namespace TusUpload.Protocol;

/// <summary>What a request wants, after X-HTTP-Method-Override.</summary>
internal enum TusVerb
{
    /// <summary>A method that means nothing here.</summary>
    None,
    Options,
    Create,
    Head,
    Patch,
    Delete,
}
