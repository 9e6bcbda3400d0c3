using Microsoft.Extensions.Options;

namespace TusUpload.Pipeline.Storage;

/// <summary>Which bucket a new object goes to, by the type that its client named. Objects that are stored stay where they are.</summary>
internal sealed class ObjectBuckets(IOptions<StorageOptions> options)
{
    /// <summary>Every bucket that new objects may go to.</summary>
    public IReadOnlyList<string> All { get; } =
        [.. options.Value.Buckets.Select(rule => rule.Bucket).Append(options.Value.Bucket).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>Null: the store's root.</summary>
    public string? For(string? contentType)
    {
        var type = contentType?.Split(';', 2)[0].Trim() ?? "";
        return options.Value.Buckets.Find(rule => IsFor(rule.Type, type))?.Bucket ?? options.Value.Bucket;
    }

    private static bool IsFor(string rule, string type) => rule.EndsWith("/*", StringComparison.Ordinal)
        ? type.StartsWith(rule[..^1], StringComparison.OrdinalIgnoreCase)
        : type.Equals(rule, StringComparison.OrdinalIgnoreCase);
}
