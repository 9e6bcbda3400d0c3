namespace TusUpload.Pipeline.Storage;

/// <summary>A file's way into an object store.</summary>
/// <param name="Sha256">Of the whole file, 64 lower hexadecimal digits.</param>
/// <param name="ContentType">A media type that a header can carry; null where the client named none.</param>
public sealed record ObjectMove(ObjectSource Source, string StoragePath, string Sha256, string? ContentType, MoveNotes Notes);
