using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Harness.Supabase;
using TusUpload.IntegrationTests.Pipeline.Storage;

namespace TusUpload.IntegrationTests.Api.Stores;

public sealed class SupabaseStoredFilesTests(PostgresServer postgres) : StoredFiles(postgres)
{
    private SupabaseFake? _fake;

    protected override string Signature => "token";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await (_fake?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    protected override async Task<Dictionary<string, string?>> SettingsAsync()
    {
        _fake = await SupabaseFake.StartAsync();
        return SupabaseSettings.For(_fake, retries: 2);
    }
}
