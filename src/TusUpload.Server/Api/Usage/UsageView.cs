namespace TusUpload.Server.Api.Usage;

internal sealed record UsageView(AccountUsage User, IReadOnlyList<LevelUsage> Workspaces, IReadOnlyList<LevelUsage> Links);

/// <param name="Limit">Bytes in all; null is no limit.</param>
/// <param name="Used">Bytes of files that are ready.</param>
/// <param name="Reserved">Bytes held for uploads on their way.</param>
internal sealed record AccountUsage(long? Limit, long Used, long Reserved);

/// <inheritdoc cref="AccountUsage"/>
internal sealed record LevelUsage(Guid Id, long? Limit, long Used, long Reserved);
