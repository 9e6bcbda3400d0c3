namespace TusUpload.IntegrationTests.Uploads.Rules;

public sealed class RefusedOnDiskTests(DiskServers servers) : RefusedContent(servers), IClassFixture<DiskServers>;

public sealed class RefusedInPostgresTests(PostgresServers servers) : RefusedContent(servers), IClassFixture<PostgresServers>;

public sealed class RefusedInS3Tests(S3Servers servers) : RefusedContent(servers), IClassFixture<S3Servers>;
