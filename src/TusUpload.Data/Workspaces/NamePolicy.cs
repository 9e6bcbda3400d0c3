namespace TusUpload.Data.Workspaces;

/// <summary>What becomes of a file whose name is taken in its folder.</summary>
public static class NamePolicy
{
    /// <summary>Both are there under the same name.</summary>
    public const string KeepBoth = "keep_both";

    /// <summary>The new one takes the place of the old one, which stays as a version of it.</summary>
    public const string Replace = "replace";

    /// <summary>The new one is refused.</summary>
    public const string Refuse = "refuse";
}
