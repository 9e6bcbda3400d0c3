using System.Text.Json;
using System.Text.Json.Serialization;

using TusUpload.Data.Files;
using TusUpload.Data.Sessions;
using TusUpload.Pipeline.Storage;
using TusUpload.Uploads.Content;

namespace TusUpload.Pipeline.Steps;

/// <summary>A file on its way through the steps, with what earlier steps found out about it.</summary>
internal sealed class UploadContext(FileInProcess file, IUploadContent content)
{
    private readonly Dictionary<string, StepFacts> _journal =
        JsonSerializer.Deserialize(file.Journal, StepFactsJson.Default.DictionaryStringStepFacts) ?? [];

    private readonly Dictionary<string, StepFacts> _unsaid = [];

    public FileInProcess File => file;

    public Guid Id => file.Id;

    /// <summary>The received bytes; gone once the object store has taken them.</summary>
    public ObjectSource Source => new(content, file.Id, file.FileSize) { Parts = file.Parts };

    /// <summary>The uploads whose bytes the file's are, in order.</summary>
    public IReadOnlyList<UploadPart> Uploads => file.Parts.Count > 0 ? file.Parts : [new(file.Id, file.FileSize)];

    /// <summary>The committed spans, where they are in the file.</summary>
    public IAsyncEnumerable<CommittedSpan> ReadSpans(SessionChunks chunks, CancellationToken cancellationToken) =>
        file.Spans is { } known ? known.ToAsyncEnumerable() : chunks.ReadAsync(Uploads, cancellationToken);

    /// <summary>Digest of the whole file, 64 lower hexadecimal digits; null before verify.</summary>
    public string? Sha256 { get; set; }

    /// <summary>The object's key; null before store.</summary>
    public string? StoragePath { get; set; }

    /// <summary>Whether the step was done by an earlier run; if so, what it found is taken over.</summary>
    public bool TakeOver(string step)
    {
        if (!_journal.TryGetValue(step, out var facts))
        {
            return false;
        }

        Sha256 = facts.Sha256 ?? Sha256;
        StoragePath = facts.StoragePath ?? StoragePath;
        return true;
    }

    /// <summary>Steps that are done and not journalled yet, and what the journal is to keep of each: a JSON object; null: none.</summary>
    public string? Unsaid => _unsaid.Count == 0 ? null : JsonSerializer.Serialize(_unsaid, StepFactsJson.Default.DictionaryStringStepFacts);

    /// <summary>A step is done: what later steps need of it stands here.</summary>
    public void Done(string step) => _unsaid[step] = new(Sha256, StoragePath);

    /// <summary>The journal has what is unsaid.</summary>
    public void Said() => _unsaid.Clear();
}

/// <summary>What later steps need from those before them.</summary>
internal sealed record StepFacts(string? Sha256, string? StoragePath);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Dictionary<string, StepFacts>))]
internal sealed partial class StepFactsJson : JsonSerializerContext;
