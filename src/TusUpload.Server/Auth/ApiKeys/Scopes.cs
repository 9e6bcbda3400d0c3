using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Auth.ApiKeys;

/// <summary>Rights in the words of the API.</summary>
internal static class Scopes
{
    private static readonly (string Name, Rights Right)[] All =
    [
        ("upload", Rights.Upload),
        ("read", Rights.Read),
        ("write", Rights.Write),
        ("manage", Rights.Manage),
        ("observe", Rights.Observe),
        ("operate", Rights.Operate),
        ("administer", Rights.Administer),
    ];

    public static string Names { get; } = string.Join(", ", All.Select(scope => scope.Name));

    /// <summary>Null: one of them is none.</summary>
    public static Rights? TryRead(IEnumerable<string> names)
    {
        var rights = Rights.None;
        foreach (var name in names)
        {
            if (Array.Find(All, scope => scope.Name == name) is not { Name: not null } found)
            {
                return null;
            }

            rights |= found.Right;
        }

        return rights;
    }

    /// <summary>Those that are known.</summary>
    public static Rights Read(IEnumerable<string> names) => TryRead(names.Where(name => Array.Exists(All, scope => scope.Name == name))) ?? Rights.None;
}
