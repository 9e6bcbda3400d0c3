namespace TusUpload.Pipeline.Janitors;

/// <summary>
/// One kind of housekeeping. Its run finds only what is dead for good, may be killed anywhere and run again, and may run on several nodes at once.
/// </summary>
internal interface IJanitor
{
    /// <summary>Lower case, at most 50 characters; its row in <c>janitor_runs</c> and the tag of its metric.</summary>
    string Name { get; }

    /// <summary>What its turn is taken for: all nodes together, or this one alone where its name is added after a colon.</summary>
    string Turn => Name;

    /// <summary>How often its turn comes, where that is more seldom than <see cref="JanitorOptions.Interval"/>.</summary>
    TimeSpan Interval => TimeSpan.Zero;

    /// <summary>What it did, counts by name.</summary>
    Task<Dictionary<string, long>> RunOnceAsync(CancellationToken cancellationToken);
}
