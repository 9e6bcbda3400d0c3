using Microsoft.AspNetCore.Http;

namespace TusUpload.IntegrationTests.Harness.Supabase;

/// <summary>What is to happen to requests to come.</summary>
internal sealed class FakeFaults
{
    private readonly Lock _lock = new();
    private readonly List<FakeFault> _faults = [];

    /// <summary>The next so many requests with this method, below this path, are refused.</summary>
    public void Refuse(int times, string method, string path, int status, string? code = null) =>
        Add(times, method, path, context => new FakeRefusal(status, code, "fault", "A fault was asked for.").AnswerAsync(context));

    /// <summary>The next so many requests are read whole, and their connection ends without an answer.</summary>
    public void LoseAnswer(int times, string method, string path, Func<HttpContext, Task>? first = null) => Add(times, method, path, async context =>
    {
        await (first?.Invoke(context) ?? context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted));
        context.Abort();
    });

    /// <summary>The next so many requests get no answer.</summary>
    public void Hang(int times, string method, string path) =>
        Add(times, method, path, context => Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted));

    public FakeFault? Take(HttpRequest request)
    {
        lock (_lock)
        {
            var fault = _faults.Find(fault => fault.Method == request.Method && request.Path.StartsWithSegments(fault.Path, StringComparison.Ordinal));
            if (fault is not null && --fault.Times == 0)
            {
                _faults.Remove(fault);
            }

            return fault;
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _faults.Clear();
        }
    }

    private void Add(int times, string method, string path, Func<HttpContext, Task> happen)
    {
        lock (_lock)
        {
            _faults.Add(new(method, path, happen) { Times = times });
        }
    }
}

internal sealed class FakeFault(string method, PathString path, Func<HttpContext, Task> happen)
{
    public string Method => method;

    public PathString Path => path;

    public int Times { get; set; }

    public Task HappenAsync(HttpContext context) => happen(context);
}
