using System.Diagnostics.CodeAnalysis;

namespace TusUpload.Server.Embedded;

/// <summary>Where the database answers. Known once <see cref="EmbeddedPostgresService"/> has started.</summary>
internal sealed class DatabaseAddress
{
    private volatile string? _connectionString;

    [SuppressMessage("Design", "CA1065", Justification = "Whoever asks too early has a bug in its start order.")]
    public string ConnectionString =>
        _connectionString ?? throw new InvalidOperationException(
            "The database has no address yet: it is published when the host starts. Ask for it when you connect, not in a constructor.");

    public void Publish(string connectionString) => _connectionString = connectionString;
}
