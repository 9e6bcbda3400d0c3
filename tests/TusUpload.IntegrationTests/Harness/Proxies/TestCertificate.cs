using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace TusUpload.IntegrationTests.Harness.Proxies;

/// <summary>A certificate for localhost that nobody signed but itself, as files.</summary>
public sealed class TestCertificate
{
    private readonly byte[] _hash;

    public TestCertificate(string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        _hash = certificate.GetCertHash(HashAlgorithmName.SHA256);

        CertificateFile = Path.Combine(folder, "tls.crt");
        KeyFile = Path.Combine(folder, "tls.key");
        BothFile = Path.Combine(folder, "tls.pem");
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(BothFile, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    public string CertificateFile { get; }

    public string KeyFile { get; }

    public string BothFile { get; }

    /// <summary>Whether a server showed this certificate.</summary>
    public bool IsMine(X509Certificate? shown) => shown?.GetCertHash(HashAlgorithmName.SHA256).AsSpan().SequenceEqual(_hash) == true;
}
