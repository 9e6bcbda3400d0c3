using Microsoft.Extensions.Options;

using TusUpload.Protocol.Stores;

namespace TusUpload.Uploads.Rules;

/// <summary>
/// What becomes of the names that clients give to files and folders. How their letters are written (NFC) is the database's, README
/// decision 12.
/// </summary>
public sealed class NameRules(IOptions<ContentRulesOptions> options)
{
    private const string Unnamed = "unnamed";

    private readonly ContentRules _rules = ContentRules.Of(options.Value);
    private readonly UnsafeNames _policy = options.Value.Names;
    private readonly int _maxBytes = options.Value.MaxNameBytes;
    private readonly int _maxDepth = options.Value.MaxPathDepth;

    /// <summary>A file's name, or why it is refused.</summary>
    /// <param name="given">Null where the client gives none.</param>
    /// <param name="key">What the client calls it.</param>
    public TusResult<string> NameOf(string? given, string key = "filename")
    {
        if (given is null)
        {
            return Unnamed;
        }

        var (name, flaw) = SafeName.Of(given, _maxBytes);
        if (flaw is not null && _policy == UnsafeNames.Refuse)
        {
            return RuleRefusals.Name(key, flaw);
        }

        return name.Length > 0 ? name : Unnamed;
    }

    /// <summary>
    /// Where the file was in the folder that was dropped: names with slashes between them and nothing that leads elsewhere. No value
    /// where nothing is left. A tree that is too deep is refused in any case, for files of different folders would come together where it
    /// is cut.
    /// </summary>
    public TusResult<string> PathOf(string? given, string key = "relativePath")
    {
        if (given is null)
        {
            return default;
        }

        // Windows divides by the other slash.
        string? flaw = null;
        var names = new List<string>();
        foreach (var segment in WithoutRoot(given.Replace('\\', '/'), ref flaw).Split('/'))
        {
            var own = segment switch
            {
                "" => NameFlaw.Empty,
                "." or ".." => NameFlaw.DotSegment,
                _ => null,
            };
            if (own is null)
            {
                (var name, own) = SafeName.Of(segment, _maxBytes);
                names.Add(name);
            }

            flaw ??= own;
        }

        flaw ??= given.Contains('\\') ? NameFlaw.Separator : null;
        names.RemoveAll(name => name.Length == 0);
        if (flaw is not null && _policy == UnsafeNames.Refuse)
        {
            return RuleRefusals.Name(key, flaw);
        }

        if (names.Count > _maxDepth)
        {
            return RuleRefusals.Name(key, NameFlaw.TooDeep);
        }

        return names.Count == 0 ? default(TusResult<string>) : string.Join('/', names);
    }

    /// <summary>Another name for a file that is here: one under which it could have come.</summary>
    /// <param name="key">What the client calls it.</param>
    public TusResult<string> RenameTo(string given, string key)
    {
        var (name, refusal) = NameOf(given, key);
        return (refusal ?? _rules.CheckExtension(name!)) is { } error ? error : name!;
    }

    /// <summary>A manifest's line as its upload will be called: a path where it has slashes, a name otherwise.</summary>
    /// <param name="key">What the client calls it.</param>
    public TusResult<string> LineOf(string given, string key)
    {
        if (given.AsSpan().ContainsAny('/', '\\'))
        {
            var (path, refusal) = PathOf(given, key);
            return refusal is not null ? refusal : path ?? Unnamed;
        }

        return NameOf(given, key);
    }

    private static string WithoutRoot(string path, ref string? flaw)
    {
        var rest = path.TrimStart('/');
        if (rest is [(>= 'A' and <= 'Z') or (>= 'a' and <= 'z'), ':', ..])
        {
            rest = rest[2..].TrimStart('/');
        }

        flaw = rest.Length < path.Length ? NameFlaw.Absolute : null;
        return rest;
    }
}
