using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace TusUpload.Benchmarks.Load;

/// <summary>The loads, each by clients that are threads and wait for every answer.</summary>
internal sealed class LoadCases(LoadTarget target, string folder)
{
    private readonly LoadFigures _figures = new();

    /// <summary>Uploads of <paramref name="size"/> bytes, one per client, in bodies of <paramref name="piece"/> bytes.</summary>
    public string Large(int clients, long size, int piece)
    {
        var file = Path.Combine(folder, $"tus-load-{Environment.ProcessId}");
        File.WriteAllBytes(file, RandomNumberGenerator.GetBytes((int)Math.Min(piece, 64 << 20)));
        var pieces = new FileInfo(file).Length;
        try
        {
            return Run(clients, line => target.IsPut ? () => Put(line, size, file, pieces) : Patches(line, size, piece, file, pieces));
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary><paramref name="count"/> whole uploads of <paramref name="size"/> bytes in all, each one request.</summary>
    public string Whole(int clients, int count, int size)
    {
        var (left, body) = (count, RandomNumberGenerator.GetBytes(size));
        return Run(clients, line => () =>
        {
            var (taken, request) = (new List<double>(), new byte[1024 + size]);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var head = Encoding.ASCII.GetBytes(target.HeadOfWhole(size), request);
                body.CopyTo(request.AsSpan(head));
                taken.Add(Ask(line, request.AsSpan(0, head + size), answer => answer.Status == 201 && (target.IsPut || answer.Offset == size)));
            }

            _figures.Add(taken, (long)size * taken.Count);
        });
    }

    /// <summary>Each client appends <paramref name="count"/> bodies of <paramref name="size"/> bytes to an upload of its own.</summary>
    public string Appends(int clients, int count, int size)
    {
        var body = RandomNumberGenerator.GetBytes(size);
        return Run(clients, line =>
        {
            var path = target.Create(line, (long)count * size + 1);
            return () =>
            {
                var (taken, request) = (new List<double>(count), new byte[1024 + size]);
                for (var at = 0; at < count; at++)
                {
                    var end = (long)(at + 1) * size;
                    var head = Encoding.ASCII.GetBytes(target.HeadOfPatch(path, end - size, size), request);
                    body.CopyTo(request.AsSpan(head));
                    taken.Add(Ask(line, request.AsSpan(0, head + size), answer => answer.Status == 204 && answer.Offset == end));
                }

                _figures.Add(taken, (long)size * taken.Count);
            };
        });
    }

    /// <summary><paramref name="count"/> HEADs in all, each client over uploads of its own.</summary>
    public string Heads(int clients, int count)
    {
        var left = count;
        return Run(clients, line =>
        {
            var heads = Enumerable.Range(0, 16).Select(_ => Encoding.ASCII.GetBytes(target.HeadOfHead(target.Create(line, 1000)))).ToArray();
            return () =>
            {
                var taken = new List<double>(count / clients);
                while (Interlocked.Decrement(ref left) >= 0)
                {
                    taken.Add(Ask(line, heads[taken.Count % heads.Length], answer => answer.Status == 200 && answer.Offset == 0, hasBody: false));
                }

                _figures.Add(taken, 0);
            };
        });
    }

    private Action Patches(HttpLine line, long size, int piece, string file, long pieces)
    {
        var path = target.Create(line, size);
        return () =>
        {
            var taken = new List<double>();
            for (long offset = 0; offset < size; offset += piece)
            {
                var (begun, length) = (Stopwatch.GetTimestamp(), Math.Min(piece, size - offset));
                line.Send(Encoding.ASCII.GetBytes(target.HeadOfPatch(path, offset, length)));
                SendFiles(line, file, pieces, length);
                Check(line.Receive(hasBody: true), answer => answer.Status == 204 && answer.Offset == offset + length);
                taken.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }

            _figures.Add(taken, size);
        };
    }

    private void Put(HttpLine line, long size, string file, long pieces)
    {
        var begun = Stopwatch.GetTimestamp();
        line.Send(Encoding.ASCII.GetBytes(target.HeadOfWhole(size)));
        SendFiles(line, file, pieces, size);
        Check(line.Receive(hasBody: true), answer => answer.Status == 201);
        _figures.Add([Stopwatch.GetElapsedTime(begun).TotalMilliseconds], size);
    }

    private static void SendFiles(HttpLine line, string file, long pieces, long length)
    {
        if (length % pieces != 0)
        {
            throw new ArgumentException("Sizes have to be multiples of the piece, and pieces of 64 MiB or smaller than that.", nameof(length));
        }

        for (; length > 0; length -= pieces)
        {
            line.Send(file);
        }
    }

    private double Ask(HttpLine line, ReadOnlySpan<byte> request, Predicate<Answer> isRight, bool hasBody = true)
    {
        var begun = Stopwatch.GetTimestamp();
        line.Send(request);
        Check(line.Receive(hasBody), isRight);
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    private void Check(Answer answer, Predicate<Answer> isRight)
    {
        if (!isRight(answer))
        {
            _figures.Fail($"{answer.Status} at {answer.Offset}");
        }
    }

    /// <summary>Prepares every client on its thread, then lets all of them run at once.</summary>
    private string Run(int clients, Func<HttpLine, Action> prepare)
    {
        using var ready = new Barrier(clients + 1);
        var threads = Enumerable.Range(0, clients).Select(_ => new Thread(() => Work(ready, prepare))).ToList();
        threads.ForEach(thread => thread.Start());
        ready.SignalAndWait();
        var begun = Stopwatch.GetTimestamp();
        threads.ForEach(thread => thread.Join());
        return _figures.Write(Stopwatch.GetElapsedTime(begun));
    }

    private void Work(Barrier ready, Func<HttpLine, Action> prepare)
    {
        var isReady = false;
        try
        {
            using var line = target.Connect();
            var work = prepare(line);
            isReady = true;
            ready.SignalAndWait();
            work();
        }
        catch (Exception broken)
        {
            _figures.Fail(broken.Message);
            if (!isReady)
            {
                ready.RemoveParticipant();
            }
        }
    }
}
