using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Headers;
using TusUpload.Server.Setup.SocketPool;

namespace TusUpload.Benchmarks.Work;

/// <summary>The small pieces that every request passes, one operation per method. Measured for time here, and for memory by the budgets.</summary>
internal sealed class HotWork : IDisposable
{
    private const int MaxMetadata = 16 * 1024;

    private readonly StringValues _metadata =
        "filename VXJsYXViICgyKS5qcGc=,filetype aW1hZ2UvanBlZw==,relativePath YWxidW0vVXJsYXViICgyKS5qcGc=,batchId MDE5MmQ3YzAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw";

    private readonly StringValues _size = "107374182400";
    private readonly long _bytes = 107_374_182_400;

    private readonly SocketMemoryPool _pool = new(new SocketBlocks(64 * 1024, maxIdle: 8));
    private readonly DefaultHttpContext _http = new();

    /// <summary>Four pairs, as the web client sends them.</summary>
    public object ReadMetadata() =>
        MetadataHeader.TryRead(_metadata, MaxMetadata, out var metadata) is null ? metadata : throw new InvalidOperationException();

    public long ReadSize() => SizeHeader.TryRead(_size, out var size) && size is { } bytes ? bytes : throw new InvalidOperationException();

    public StringValues FormatSize() => SizeHeader.Format(_bytes);

    /// <summary>A refusal with its document, to a client that takes it at once.</summary>
    public Task WriteProblem() => ProblemDocument.WriteAsync(_http, TusError.Locked);

    public int RentBlock()
    {
        using var block = _pool.Rent();
        return block.Memory.Length;
    }

    public void Dispose() => _pool.Dispose();
}
