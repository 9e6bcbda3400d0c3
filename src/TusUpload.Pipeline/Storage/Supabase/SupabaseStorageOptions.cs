using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace TusUpload.Pipeline.Storage.Supabase;

/// <summary>The Supabase project of the storage <c>supabase</c>. Section <c>Storage:Supabase</c>.</summary>
public sealed class SupabaseStorageOptions
{
    public const string Section = "Storage:Supabase";

    /// <summary>The most that goes in one request without being resumable, and the least of a piece that is.</summary>
    public const int Piece = 6 << 20;

    /// <summary>
    /// Address of the storage with whatever the gateway puts before it: <c>https://REF.storage.supabase.co/storage/v1</c> or
    /// <c>http://KONG:8000/storage/v1</c>. Default null, which is refused.
    /// </summary>
    public string? Url { get; init; }

    /// <summary>The key of the service role, or a secret key (<c>sb_secret_…</c>). Default null, which is refused. Never logged.</summary>
    public string? ServiceKey { get; init; }

    /// <summary>Bytes of one request of a resumable upload; hosted projects want 6 MiB. 6 MiB to 1 GiB, default 6 MiB.</summary>
    [Range(Piece, 1 << 30)]
    public int ChunkSize { get; init; } = Piece;

    /// <summary>How long one try of one request may take; a body may take longer while it moves. 1 s to 1 h, default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Further tries of a request that failed for a reason that may pass, with growing, jittered pauses; for a resumable upload, tries in a row that bring
    /// nothing. After them the file's job goes on later, where it stopped. 0 to 10, default 3.
    /// </summary>
    [Range(0, 10)]
    public int Retries { get; init; } = 3;
}

[OptionsValidator]
internal sealed partial class SupabaseStorageOptionsAnnotations : IValidateOptions<SupabaseStorageOptions>;

/// <summary>What must be there where this storage is used.</summary>
internal sealed class SupabaseStorageOptionsRules(IOptions<StorageOptions> storage) : IValidateOptions<SupabaseStorageOptions>
{
    public ValidateOptionsResult Validate(string? name, SupabaseStorageOptions options)
    {
        if (storage.Value.Kind != SupabaseObjectStorage.Name)
        {
            return ValidateOptionsResult.Success;
        }

        var failures = new List<string>();
        if (!Uri.TryCreate(options.Url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Query.Length > 0)
        {
            failures.Add("Storage:Supabase:Url must be the http or https address of the storage, such as https://REF.storage.supabase.co/storage/v1.");
        }

        if (string.IsNullOrWhiteSpace(options.ServiceKey) || options.ServiceKey.Any(letter => letter is <= ' ' or > '~'))
        {
            failures.Add("Storage:Supabase:ServiceKey must be set to the key of the service role.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
