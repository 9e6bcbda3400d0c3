using System.Buffers.Binary;

using TusUpload.Data.Secrets;
using TusUpload.Uploads.Capabilities;

namespace TusUpload.Server.Api.Downloads;

/// <summary>
/// Addresses of the server's own at which whoever has one reads a file until it expires. Signed with a key that all nodes share; <see cref="SignedFacts"/>
/// after <c>td1.</c>: 16 bytes of the file's id (big-endian), 8 of the last second in Unix time (big-endian).
/// </summary>
internal sealed class DownloadLinks(ServerSecrets secrets, TimeProvider time) : IHostedService
{
    private const string KeyName = "download-links";
    private const string Prefix = "td1.";
    private const int Size = 24;

    private byte[] _key = [];

    public async Task StartAsync(CancellationToken cancellationToken) =>
        _key = await secrets.EnsureAsync(KeyName, time.GetUtcNow(), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public string Sign(Guid fileId, DateTimeOffset expiresAt)
    {
        Span<byte> facts = stackalloc byte[Size];
        fileId.TryWriteBytes(facts, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(facts[16..], expiresAt.ToUnixTimeSeconds());
        return SignedFacts.Sign(Prefix, facts, _key);
    }

    /// <summary>The file and whether the link has expired; null for what this server did not sign.</summary>
    public (Guid FileId, bool IsOver)? Read(string link) => SignedFacts.Read(Prefix, link, _key) is { Length: Size } facts
        ? (new Guid(facts.AsSpan(0, 16), bigEndian: true), BinaryPrimitives.ReadInt64BigEndian(facts.AsSpan(16)) < time.GetUtcNow().ToUnixTimeSeconds())
        : null;
}
