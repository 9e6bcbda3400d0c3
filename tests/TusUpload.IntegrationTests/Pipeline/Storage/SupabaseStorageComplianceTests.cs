using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Harness.Supabase;

namespace TusUpload.IntegrationTests.Pipeline.Storage;

public sealed class SupabaseStorageComplianceTests(PostgresServer postgres) : RemoteStorageCompliance(postgres), IAsyncLifetime
{
    private SupabaseFake? _fake;

    protected override string Section => "Supabase";

    public async ValueTask InitializeAsync() => _fake = await SupabaseFake.StartAsync();

    public async ValueTask DisposeAsync()
    {
        Assert.Equal(0, _fake!.KeptOpen);
        await _fake.DisposeAsync();
    }

    protected override Task<int> PortAsync() => Task.FromResult(_fake!.Port);

    protected override Dictionary<string, string?> SettingsVia(int port) => SupabaseSettings.For(_fake!, port);

    protected override Refusal Trouble(int status) => Said(status, $$"""{"statusCode":"{{status}}","error":"Trouble","message":"Later.","code":"SlowDown"}""");

    // 400 on the wire, as for everything that is the client's fault.
    protected override Refusal UnknownKey => Said(400, """{"statusCode":"403","error":"Unauthorized","message":"Invalid Compact JWS","code":"InvalidJWT"}""");

    protected override void SpoilKey(Dictionary<string, string?> settings) => settings["Storage:Supabase:ServiceKey"] = "another";

    private static Refusal Said(int status, string body) => new(status, "application/json", body);
}

internal static class SupabaseSettings
{
    public static Dictionary<string, string?> For(SupabaseFake fake, int? port = null, int retries = 0) => new()
    {
        ["Storage:Kind"] = "supabase",
        ["Storage:Bucket"] = "test-" + Guid.CreateVersion7().ToString("N"),
        ["Storage:CreateBuckets"] = "true",
        ["Storage:Supabase:Url"] = SupabaseFake.UrlVia(port ?? fake.Port),
        ["Storage:Supabase:ServiceKey"] = SupabaseFake.FirstKey,
        ["Storage:Supabase:Retries"] = retries.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
