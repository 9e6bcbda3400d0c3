using System.Text.Json.Serialization;

namespace TusUpload.Pipeline.Storage.Supabase;

internal sealed record NewBucket(string Id, string Name, bool Public);

internal sealed record RemovedKeys(string[] Prefixes);

internal sealed record ListQuery(string Prefix, int Limit, string? Cursor, [property: JsonPropertyName("with_delimiter")] bool WithDelimiter);

internal sealed record ObjectPage(bool HasNext, string? NextCursor, List<ListedObject> Objects);

/// <param name="Name">The whole key.</param>
internal sealed record ListedObject(string Name, [property: JsonPropertyName("updated_at")] DateTimeOffset? UpdatedAt);

/// <param name="ExpiresIn">Seconds.</param>
internal sealed record SignRequest(int ExpiresIn);

/// <param name="SignedURL">Path and query below the storage's own address.</param>
internal sealed record SignedAddress([property: JsonPropertyName("signedURL")] string SignedURL);

internal sealed record UserMetadata(string? Sha256);

/// <param name="Size">Bytes.</param>
/// <param name="Etag">In quotes or not; the file's MD5 where the store keeps plain files and for small ones elsewhere.</param>
/// <param name="Metadata">What its uploader said of it.</param>
internal sealed record FileObject(long? Size, string? Etag, UserMetadata? Metadata);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NewBucket))]
[JsonSerializable(typeof(RemovedKeys))]
[JsonSerializable(typeof(ListQuery))]
[JsonSerializable(typeof(ObjectPage))]
[JsonSerializable(typeof(SignRequest))]
[JsonSerializable(typeof(SignedAddress))]
[JsonSerializable(typeof(UserMetadata))]
[JsonSerializable(typeof(FileObject))]
internal sealed partial class SupabaseJson : JsonSerializerContext;
