namespace TusUpload.Data.Idempotency;

/// <summary>A request that was sent with an Idempotency-Key, and what it was answered.</summary>
public sealed class IdempotencyKey
{
    /// <summary>The caller's subject.</summary>
    public required string Subject { get; init; }

    /// <summary>Method and address.</summary>
    public required string Operation { get; init; }

    /// <summary>What the client sent; at most 255 characters.</summary>
    public required string Key { get; init; }

    /// <summary>SHA-256 of the body.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>The status of the answer; null: it is not answered yet.</summary>
    public short? Status { get; init; }

    /// <summary>The answer's Location.</summary>
    public string? Location { get; init; }

    /// <summary>The answer's entity tag.</summary>
    public string? ETag { get; init; }

    /// <summary>The answer's body.</summary>
    public byte[]? Body { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
