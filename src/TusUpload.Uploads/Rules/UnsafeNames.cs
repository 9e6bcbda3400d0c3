namespace TusUpload.Uploads.Rules;

/// <summary>What is done with a name that could do harm.</summary>
public enum UnsafeNames
{
    /// <summary>It is made harmless.</summary>
    Clean,

    /// <summary>The upload is refused.</summary>
    Refuse,
}
