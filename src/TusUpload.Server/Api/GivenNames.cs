using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Rules;

namespace TusUpload.Server.Api;

/// <summary>Names that a body gives to a file or a folder: one name each, and then held to the rules that uploads are held to.</summary>
internal static class GivenNames
{
    private const int MostCharacters = 255;

    /// <summary>Why the name is refused; null: it is taken, as <paramref name="name"/>.</summary>
    public static ApiError? ReadFileName(this NameRules rules, string? given, out string name)
    {
        (name, var refusal) = IsName(given) ? Read(rules.RenameTo(given!, "fileName")) : ("", ApiError.InvalidFileName);
        return refusal;
    }

    /// <inheritdoc cref="ReadFileName"/>
    public static ApiError? ReadFolderName(this NameRules rules, string? given, out string name)
    {
        (name, var refusal) = IsName(given) ? Read(rules.NameOf(given, "name")) : ("", ApiError.InvalidFolderName);
        return refusal;
    }

    internal static bool IsName(string? name) =>
        name is { Length: >= 1 and <= MostCharacters } and not ("." or "..")
        && !string.IsNullOrWhiteSpace(name)
        && !name.Any(character => char.IsControl(character) || character is '/' or '\\');

    private static (string Name, ApiError? Refusal) Read(TusResult<string> read) =>
        (read.Value ?? "", read.Error is { } refusal ? ApiError.From(refusal) : null);
}
