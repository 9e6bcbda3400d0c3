using System.Net;
using System.Security.Cryptography;

using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Harness.Proxies;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Proxies;

/// <summary>No proxy at all: TLS and HTTP/2 at the server itself.</summary>
public sealed class DirectTlsTests(DirectTlsTests.TlsServer server) : IClassFixture<DirectTlsTests.TlsServer>
{
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task An_endpoint_with_a_certificate_takes_uploads(string version)
    {
        var content = RandomNumberGenerator.GetBytes(3 << 20);
        using var client = TlsClient.To(new Uri($"https://localhost:{server.Address.Port}"), new Version(version), server.Certificate);

        var upload = await client.CreateAsync(content.Length);
        using var half = await client.PatchAsync(upload, 0, content[..1_000_000]);
        using var rest = await client.PatchAsync(upload, await client.OffsetAsync(upload), content[1_000_000..]);

        Assert.Equal("https", server.Address.Scheme);
        Assert.Equal((new Version(version), HttpStatusCode.NoContent, content.Length), (rest.Version, rest.StatusCode, rest.Offset()));
        await client.WaitForFileAsync(upload.Id());
        Assert.Equal(
            content, await client.GetByteArrayAsync($"/api/v1/files/{upload.Id()}/content", TestContext.Current.CancellationToken));
    }

    /// <summary>As README says that it is configured.</summary>
    public sealed class TlsServer(PostgresServer postgres) : RunningServer(postgres)
    {
        public TestCertificate Certificate => field ??= new(DataPath);

        protected override IEnumerable<(string Key, string Value)> Settings =>
        [
            ("Kestrel:Endpoints:Https:Url", "https://127.0.0.1:0"),
            ("Kestrel:Endpoints:Https:Certificate:Path", Certificate.CertificateFile),
            ("Kestrel:Endpoints:Https:Certificate:KeyPath", Certificate.KeyFile),
        ];

        protected override void Listen() => UseKestrel();
    }
}
