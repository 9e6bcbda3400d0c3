namespace TusUpload.Data.Secrets;

/// <summary>A random key that every node shares, made by whichever needs it first.</summary>
public sealed class ServerSecret
{
    /// <summary>What it is for.</summary>
    public required string Name { get; init; }

    public required byte[] Value { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
