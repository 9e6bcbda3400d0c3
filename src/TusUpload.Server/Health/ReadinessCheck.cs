namespace TusUpload.Server.Health;

/// <summary>One thing that must work before uploads should be sent here. <paramref name="CheckAsync"/> throws when it does not.</summary>
internal sealed record ReadinessCheck(string Name, Func<CancellationToken, Task> CheckAsync);
