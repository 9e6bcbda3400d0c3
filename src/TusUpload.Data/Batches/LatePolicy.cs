namespace TusUpload.Data.Batches;

/// <summary>What becomes of a file that comes when its batch is closed.</summary>
public static class LatePolicy
{
    /// <summary>Its POST is refused.</summary>
    public const string Refuse = "refuse";

    /// <summary>It belongs to the batch and changes nothing of its end.</summary>
    public const string Accept = "accept";
}
