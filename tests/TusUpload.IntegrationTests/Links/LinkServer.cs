using TusUpload.IntegrationTests.Auth;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Links;

/// <summary>Auth:Mode jwt, without limits.</summary>
public sealed class LinkServer(PostgresServer postgres) : RunningServer(postgres)
{
    protected override IEnumerable<(string Key, string Value)> Settings
    {
        get
        {
            var settings = new Dictionary<string, string>(StringComparer.Ordinal);
            Tokens.Take(settings);
            return settings.Select(setting => (setting.Key, setting.Value));
        }
    }
}
