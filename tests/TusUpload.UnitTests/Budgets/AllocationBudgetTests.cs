using System.Text.Json;

using TusUpload.Benchmarks.Work;
using TusUpload.UnitTests.Architecture;
using TusUpload.Uploads.Content;

namespace TusUpload.UnitTests.Budgets;

/// <summary>
/// No hot piece allocates more than config/build/allocation-budgets.json allows it. Bytes do not depend on how busy the machine is; times do, and
/// are only reported by the benchmarks.
/// </summary>
public sealed class AllocationBudgetTests
{
    private const int WarmUps = 50;
    private const int Operations = 100;

    private static readonly Dictionary<string, Func<long>> Pieces = new(StringComparer.Ordinal)
    {
        ["metadata header, four pairs, read"] = () => Hot(work => work.ReadMetadata()),
        ["size header, read"] = () => Hot(work => work.ReadSize()),
        ["size header, formatted"] = () => Hot(work => work.FormatSize()),
        ["problem document, written"] = () => Hot(work => Done(work.WriteProblem())),
        ["socket block, rented and returned"] = () => Hot(work => work.RentBlock()),
        ["append of 1 MiB, both checksums"] = () => Append(content: null),
        ["append of 1 MiB, both checksums, to the disk"] = () =>
        {
            using var disk = new DiskWork("os");
            return Append(disk.Writer);
        },
    };

    private static Dictionary<string, long> Budgets { get; } = JsonSerializer.Deserialize<Dictionary<string, long>>(
        File.ReadAllText(Path.Combine(Repository.Root, "config", "build", "allocation-budgets.json")))!;

    public static TheoryData<string> Names => [.. Pieces.Keys];

    [Fact]
    public void Every_piece_has_a_budget_and_every_budget_a_piece() =>
        Assert.Equal(Pieces.Keys.Order(StringComparer.Ordinal), Budgets.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_piece_keeps_within_its_budget(string piece)
    {
#if DEBUG
        Assert.Skip("The compiler's Debug code allocates what Release code does not: run with -c Release.");
#endif
        var bytes = Pieces[piece]();

        Assert.True(bytes <= Budgets[piece], $"{piece}: {bytes} bytes per operation, {Budgets[piece]} allowed.");
    }

    private static long Append(IContentWriter? content)
    {
        using var work = new AppendWork(checksum: true, digest: true, content);
        return Measure(() => Done(work.AppendAsync()));
    }

    private static long Hot<T>(Func<HotWork, T> operation)
    {
        using var work = new HotWork();
        return Measure(() => operation(work));
    }

    /// <summary>Only what is finished at once was counted whole: the rest of it would run, and allocate, elsewhere.</summary>
    private static bool Done(Task task) => task.IsCompletedSuccessfully ? true : throw new InvalidOperationException("The operation had to wait.");

    private static long Measure<T>(Func<T> operation)
    {
        for (var i = 0; i < WarmUps; i++)
        {
            _ = operation();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Operations; i++)
        {
            _ = operation();
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Operations;
    }
}
