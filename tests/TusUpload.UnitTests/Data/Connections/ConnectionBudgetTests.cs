using TusUpload.Data.Connections;

namespace TusUpload.UnitTests.Data.Connections;

public sealed class ConnectionBudgetTests
{
    [Fact]
    public void Every_part_has_some_and_the_sum_is_what_was_asked_for()
    {
        for (var all = 8; all <= 10_000; all++)
        {
            var budget = ConnectionBudget.Split(all);

            Assert.Equal(all, budget.Total);
            Assert.True(budget is { Wire: >= 1, Commits: >= 1, Jobs: >= 3, Api: >= 1 }, $"{all}: {budget}");
        }
    }

    [Fact]
    public void The_default_is_split_so() => Assert.Equal(new(12, 12, 16, 8), ConnectionBudget.Split(50));
}
