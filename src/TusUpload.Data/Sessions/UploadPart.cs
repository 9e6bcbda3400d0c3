namespace TusUpload.Data.Sessions;

/// <summary>An upload whose bytes are a part of a whole. <paramref name="Size"/> in bytes.</summary>
public sealed record UploadPart(Guid Id, long Size);
