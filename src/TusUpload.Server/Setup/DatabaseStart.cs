using Microsoft.Extensions.Options;

using TusUpload.Data.Migrations;
using TusUpload.Server.Embedded;

namespace TusUpload.Server.Setup;

internal static class DatabaseStart
{
    /// <summary>
    /// Validates every option, then sees to it that there is a database and that its schema is the model's. Comes before endpoints are mapped and
    /// the host starts, because both make services, and theirs hold a data source that needs the embedded database's address.
    /// </summary>
    public static async Task StartDatabaseAsync(this WebApplication app)
    {
        app.Services.GetService<IStartupValidator>()?.Validate();
        using var interrupted = new CancellationTokenSource();
        using var registration = app.Lifetime.ApplicationStopping.Register(interrupted.Cancel);
        await app.Services.GetRequiredService<EmbeddedPostgresService>().StartingAsync(interrupted.Token);
        await app.Services.GetRequiredService<SchemaUpgrade>().RunAsync(interrupted.Token);
    }
}
