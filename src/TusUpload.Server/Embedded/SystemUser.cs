namespace TusUpload.Server.Embedded;

/// <summary>A user of the operating system, under which Postgres runs where the server itself is root.</summary>
internal sealed record SystemUser(int Id, int GroupId, string Name);
