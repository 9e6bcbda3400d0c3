namespace TusUpload.Pipeline.Steps;

/// <summary>The files this process works on: one job at a time for each, and a second one for the same file waits for the first.</summary>
internal sealed class RunningFiles
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Gate> _gates = [];

    public bool Contains(Guid fileId)
    {
        lock (_lock)
        {
            return _gates.ContainsKey(fileId);
        }
    }

    /// <summary>Waits for the file's turn; disposing what is returned gives it to the next.</summary>
    public async Task<IDisposable> EnterAsync(Guid fileId, CancellationToken cancellationToken)
    {
        Gate gate;
        lock (_lock)
        {
            if (!_gates.TryGetValue(fileId, out gate!))
            {
                _gates[fileId] = gate = new Gate(this, fileId);
            }

            gate.Users++;
        }

        try
        {
            await gate.Turn.WaitAsync(cancellationToken);
            return gate;
        }
        catch
        {
            Leave(gate);
            throw;
        }
    }

    /// <summary>Waits for the turns of all of them, in an order that is the same for everybody; disposing what is returned gives them on.</summary>
    public async Task<IDisposable> EnterAllAsync(IEnumerable<Guid> fileIds, CancellationToken cancellationToken)
    {
        var turns = new Turns();
        try
        {
            foreach (var fileId in fileIds.Distinct().Order())
            {
                turns.Add(await EnterAsync(fileId, cancellationToken));
            }

            return turns;
        }
        catch
        {
            turns.Dispose();
            throw;
        }
    }

    private void Leave(Gate gate)
    {
        lock (_lock)
        {
            if (--gate.Users == 0)
            {
                _gates.Remove(gate.FileId);
            }
        }
    }

    private sealed class Turns : List<IDisposable>, IDisposable
    {
        public void Dispose() => ForEach(turn => turn.Dispose());
    }

    // A semaphore without a wait handle holds nothing to dispose of, and a disposed one would fail a waiter that comes late.
    private sealed class Gate(RunningFiles owner, Guid fileId) : IDisposable
    {
        public Guid FileId => fileId;

        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Users { get; set; }

        public void Dispose()
        {
            Turn.Release();
            owner.Leave(this);
        }
    }
}
