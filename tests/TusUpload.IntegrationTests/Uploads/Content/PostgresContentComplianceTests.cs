using TusUpload.Data.Content;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Content.Postgres;

namespace TusUpload.IntegrationTests.Uploads.Content;

public sealed class PostgresContentComplianceTests(PostgresServer postgres) : ContentCompliance(postgres)
{
    protected override ValueTask<IUploadContent> StartAsync() =>
        new(new PostgresContent(Database.Get<ContentRows>(), Database.Get<ContentHandOver>()));
}
