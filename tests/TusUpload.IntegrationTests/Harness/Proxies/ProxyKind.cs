using TusUpload.Server.Embedded;

namespace TusUpload.IntegrationTests.Harness.Proxies;

/// <summary>One of the proxies that config/proxies has a file for: how its program is started with that file.</summary>
public sealed record ProxyKind(string Name, string Program, string File)
{
    public static readonly ProxyKind Nginx = new("nginx", "nginx", "nginx.conf")
    {
        Edits = place =>
        [
            ("user www-data;", $"user {Environment.UserName};"),
            ("listen 443 ", $"listen 127.0.0.1:{place.Port} "),
            ("/etc/ssl/tusupload.crt", place.Certificate.CertificateFile),
            ("/etc/ssl/tusupload.key", place.Certificate.KeyFile),
            ("server 127.0.0.1:8080;", $"server 127.0.0.1:{place.Upstream};"),
            ("http {\n", "http {\naccess_log off;\n" + string.Concat(
                ((string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
                    .Select(use => $"{use}_temp_path {place.Folder}/{use};\n"))),
        ],
        Arguments = place =>
            ["-e", $"{place.Folder}/nginx.log", "-c", place.File, "-g", $"daemon off; master_process off; pid {place.Folder}/nginx.pid;"],
    };

    public static readonly ProxyKind HAProxy = new("HAProxy", "haproxy", "haproxy.cfg")
    {
        Edits = place =>
        [
            ("bind :443 ", $"bind 127.0.0.1:{place.Port} "),
            ("/etc/haproxy/tusupload.pem", place.Certificate.BothFile),
            ("server one 127.0.0.1:8080", $"server one 127.0.0.1:{place.Upstream}"),
        ],
        Arguments = place => ["-db", "-f", place.File],
    };

    public static readonly ProxyKind Caddy = new("Caddy", "caddy", "Caddyfile")
    {
        Edits = place =>
        [
            ("\n{\n", "\n{\n\tadmin off\n\tauto_https disable_redirects\n"),
            ("\nuploads.example.com {", $"\nhttps://:{place.Port} {{\n\tbind 127.0.0.1"),
            ("# tls /etc/ssl/tusupload.crt /etc/ssl/tusupload.key", $"tls {place.Certificate.CertificateFile} {place.Certificate.KeyFile}"),
            ("reverse_proxy 127.0.0.1:8080", $"reverse_proxy 127.0.0.1:{place.Upstream}"),
        ],
        Arguments = place => ["run", "--adapter", "caddyfile", "--config", place.File],
    };

    /// <summary>What has to be another in a test, by the text in the file, which is there once.</summary>
    public required Func<ProxyPlace, (string Text, string Instead)[]> Edits { get; init; }

    public required Func<ProxyPlace, string[]> Arguments { get; init; }

    /// <summary>The program; null where it is not installed.</summary>
    public string? Path { get; } =
        CommandRunner.FindInPath(Program) ?? new[] { $"/usr/sbin/{Program}" }.FirstOrDefault(System.IO.File.Exists);

    /// <summary>Skips the test where the program is not installed; where nothing may be skipped, fails it.</summary>
    public void Require()
    {
        if (Path is null)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", $"{Name} is not installed.");
            Assert.Skip($"{Name} is not installed.");
        }
    }
}

/// <summary>Where one proxy runs: its folder and file, where it listens and what it calls.</summary>
public sealed record ProxyPlace(string Folder, string File, int Port, int Upstream, TestCertificate Certificate);
