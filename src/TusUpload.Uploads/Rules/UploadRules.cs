using TusUpload.Protocol.Errors;
using TusUpload.Uploads.Sniffing;

namespace TusUpload.Uploads.Rules;

/// <summary>Whose rules hold for an upload: all of them have to agree.</summary>
/// <param name="All">From the outside in: the server's first.</param>
internal sealed record UploadRules(IReadOnlyList<ContentRules> All, SniffingMode Sniffing)
{
    /// <summary>Bytes; null: no limit.</summary>
    public long? MaxFileSize => All.Min(rules => rules.MaxFileSize);

    /// <inheritdoc cref="ContentRules.Check"/>
    /// <param name="relativePath">Where the file was; what a denied extension ends there may be made under that name again.</param>
    public TusError? Check(string fileName, string? relativePath, TypeClaim claim, long? size)
    {
        // Where nobody looks at the bytes, what has no type is of the one that says nothing.
        var held = claim.Type is null && Sniffing == SniffingMode.Off ? new(MediaTypes.Unknown) : claim;
        return First(rules => rules.Check(fileName, held, size)
            ?? (relativePath is null ? null : rules.CheckDenied(relativePath)));
    }

    public TusError? CheckSize(long size) => First(rules => rules.CheckSize(size));

    /// <summary>Whether the first bytes of what is called that have to be looked at.</summary>
    public bool LookAt(TypeClaim claim) => Sniffing switch
    {
        SniffingMode.Off => false,
        SniffingMode.Strict when !claim.IsNone => true,
        _ => claim.IsInert || All.Any(rules => rules.NamesTypes),
    };

    /// <summary>Whether the bytes may be kept.</summary>
    public TusError? CheckSniffed(Sniffed bytes, TypeClaim claim) =>
        First(rules => rules.CheckSniffed(bytes, claim))
        ?? (claim.IsDisguise(bytes) || (Sniffing == SniffingMode.Strict && claim.IsContradicted(bytes))
            ? RuleRefusals.Mismatch(bytes.Type)
            : null);

    private TusError? First(Func<ContentRules, TusError?> check)
    {
        foreach (var rules in All)
        {
            if (check(rules) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }
}
