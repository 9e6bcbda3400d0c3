using Npgsql;

namespace TusUpload.Data.Connections;

/// <summary>The data source of the replicas; null where none are named.</summary>
internal sealed record Replica(NpgsqlDataSource? Source) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Source?.DisposeAsync() ?? ValueTask.CompletedTask;
}
