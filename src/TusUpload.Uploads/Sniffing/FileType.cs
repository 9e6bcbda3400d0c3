namespace TusUpload.Uploads.Sniffing;

/// <summary>A format that first bytes tell, or what they are where they tell none.</summary>
/// <param name="name">Its media type, as registered where it is.</param>
/// <param name="aliases">Other media types that clients give to it.</param>
internal sealed class FileType(string name, params string[] aliases)
{
    public string Name => name;

    public IReadOnlyList<string> Names { get; } = [name, .. aliases];

    /// <summary>
    /// Media types of what is made in this format and cannot be told from it, see <see cref="MediaTypes.Fits"/>: who gives one of them
    /// does not lie.
    /// </summary>
    public IReadOnlyList<string> Carries { get; init; } = [];

    /// <summary>The format that this one is made in.</summary>
    public FileType? Within { get; init; }

    /// <summary>A program, or a page or script that some program runs.</summary>
    public bool IsActive { get; init; }

    /// <summary>Whatever is of this type begins like this: bytes that do not are of another.</summary>
    public bool IsMarked { get; init; }

    /// <summary>More bytes may tell a more special type.</summary>
    public bool MayBeMore { get; init; }

    /// <summary>False: the bytes told no format.</summary>
    public bool IsKnown { get; init; } = true;

    public bool IsNamed(string type) => Names.Contains(type, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether it is made in this format, or this one in it.</summary>
    public bool IsRelatedTo(string type)
    {
        for (var outer = Within; outer is not null; outer = outer.Within)
        {
            if (outer.IsNamed(type))
            {
                return true;
            }
        }

        return Holds(type);
    }

    public bool Holds(string type) => Carries.Any(pattern => MediaTypes.Fits(pattern, type));
}
