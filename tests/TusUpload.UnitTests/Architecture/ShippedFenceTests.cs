using System.Reflection;

using TusUpload.Data.Sessions;

namespace TusUpload.UnitTests.Architecture;

/// <summary>The switch that lets the fault harness prove itself is off in what is built otherwise.</summary>
public sealed class ShippedFenceTests
{
    [Theory]
    [InlineData("CommitSql")]
    [InlineData("CheckpointSql")]
    public void Commits_that_are_shipped_name_node_epoch_and_offset(string name)
    {
        var sql = (string)typeof(SessionCommits).GetField(name, BindingFlags.NonPublic | BindingFlags.Static)!.GetRawConstantValue()!;
        var guard = sql[sql.IndexOf("WHERE", sql.IndexOf("UPDATE", StringComparison.Ordinal), StringComparison.Ordinal)..];

        Assert.All(["lease_node = ", "lease_epoch = ", "uploaded_size = "], part => Assert.Contains(part, guard, StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_else_can_be_built_broken()
    {
        var switched = Repository.CodeBelow(Repository.Source)
            .Where(file => File.ReadAllText(file).Contains("BROKEN_", StringComparison.Ordinal))
            .Select(Path.GetFileName);

        Assert.Equal(["SessionCommits.cs"], switched);
    }
}
