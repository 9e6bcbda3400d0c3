namespace TusUpload.Data.Metrics;

/// <summary>One measured fact about one upload, kept for analysis; live figures are not here but at the meters.</summary>
public sealed class UploadMetric
{
    public Guid Id { get; init; }

    public Guid UploadId { get; init; }

    /// <summary>What was measured: <c>completion</c> has bytes, chunks, receiveMs and processMs.</summary>
    public required string MetricType { get; init; }

    /// <summary>A JSON object.</summary>
    public required string Value { get; init; }

    public DateTimeOffset RecordedAt { get; init; }
}
