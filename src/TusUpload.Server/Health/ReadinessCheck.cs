namespace TusUpload.Server.Health;

/// <summary>One thing that must work before requests should be sent here. <paramref name="CheckAsync"/> throws when it does not.</summary>
internal sealed record ReadinessCheck(string Name, Func<CancellationToken, Task> CheckAsync)
{
    /// <summary>Whether uploads can be taken in without it: files wait for it.</summary>
    public bool CanWait { get; init; }
}
