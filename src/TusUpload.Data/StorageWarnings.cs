namespace TusUpload.Data;

/// <summary>
/// Whose storage runs out is told once when used and reserved reach 80 % of the limit and once at 95 %, and again only after they have fallen below 70
/// or 90 %. Written with the change itself: whoever dies before the commit has changed nothing, and told nothing.
/// </summary>
/// <remarks>
/// An UPDATE gives back new values alone, and to read the old one would be a second lock. So <c>storage_warned</c> says itself whether it is news: it is
/// the percentage with the change that reached it, and the same below zero with those after it. The row's lock decides which change that is.
/// </remarks>
internal static class StorageWarnings
{
    private const string Total = "level.storage_used + level.storage_reserved + change.used + change.reserved";

    /// <summary>
    /// The new <c>storage_warned</c> of <c>level</c>, any of the three tables, with the <c>reserved</c> and <c>used</c> of <c>change</c> added. 95 % of a
    /// limit is the limit less its twentieth: a product could be larger than a bigint.
    /// </summary>
    public const string Next = $"""
        CASE
            WHEN level.storage_limit IS NULL OR {Total} <= 0 THEN 0
            WHEN {Total} >= level.storage_limit - level.storage_limit / 20 THEN CASE abs(level.storage_warned) WHEN 95 THEN -95 ELSE 95 END
            WHEN {Total} >= level.storage_limit - level.storage_limit / 10 AND abs(level.storage_warned) = 95 THEN -95
            WHEN {Total} >= level.storage_limit - level.storage_limit / 5 THEN CASE level.storage_warned WHEN 0 THEN 80 ELSE -80 END
            WHEN {Total} >= level.storage_limit - level.storage_limit / 10 * 3 AND level.storage_warned <> 0 THEN -80
            ELSE 0
        END
        """;

    /// <summary>What <see cref="Event"/> reads of a level that was counted, after its id, its account and its workspace.</summary>
    public const string Columns = "level.storage_warned, level.storage_limit, level.storage_used, level.storage_reserved";

    /// <summary>The event, from a table <c>counted</c> of <c>(place, name, id, user_id, workspace_id, subject)</c> and <see cref="Columns"/>; <c>$1</c> is the time.</summary>
    public const string Event = $"""
        SELECT 'quota.warning', user_id, workspace_id, subject, {Data}, $1 FROM counted WHERE storage_warned > 0 ORDER BY place
        """;

    public const string Data = """
        jsonb_build_object('level', name, 'id', id, 'percent', storage_warned, 'limit', storage_limit, 'used', storage_used, 'reserved', storage_reserved)
        """;
}
