namespace TusUpload.Data.Sessions;

/// <summary>What came of asking for a final upload.</summary>
public sealed record Concatenation(ConcatenationOutcome Outcome)
{
    /// <summary>The final upload, where it was made or had been made before.</summary>
    public SessionState? Final { get; init; }

    /// <summary>Why it was not admitted.</summary>
    public Admission? Admission { get; init; }

    /// <summary>Bytes that were asked for where the final goes, because its parts hold them elsewhere.</summary>
    public long Moved { get; init; }
}

/// <summary>The ways in which a concatenation can end.</summary>
public enum ConcatenationOutcome
{
    Made,

    /// <summary>The same parts in the same order are a final upload already.</summary>
    Adopted,

    /// <summary>A part is not this user's, has ended, or never was.</summary>
    PartNotFound,

    /// <summary>A part is an upload of its own.</summary>
    NotPartial,

    /// <summary>A part belongs to another final upload.</summary>
    PartTaken,

    /// <summary>The parts lie on the disks of several nodes, and no node reaches them all.</summary>
    PartsApart,

    /// <summary>Together they are larger than an upload may be.</summary>
    TooLarge,

    /// <summary>See <see cref="Concatenation.Admission"/>.</summary>
    NotAdmitted,
}
