namespace TusUpload.Data.Secrets;

/// <summary>A key of cookies and forms, in the form that ASP.NET Core's data protection gives it.</summary>
public sealed class ProtectionKey
{
    public required string Name { get; init; }

    /// <summary>An XML element.</summary>
    public required string Element { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
