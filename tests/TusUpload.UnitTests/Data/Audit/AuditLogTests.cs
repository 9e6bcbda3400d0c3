using TusUpload.Data.Audit;

namespace TusUpload.UnitTests.Data.Audit;

public sealed class AuditLogTests
{
    [Fact]
    public void Ids_of_a_moment_are_not_below_its_first_and_those_before_are()
    {
        var moment = new DateTimeOffset(2026, 11, 30, 12, 0, 0, 123, TimeSpan.Zero);
        var first = AuditLog.FirstIdOf(moment);

        for (var i = 0; i < 100; i++)
        {
            // As Postgres compares them: byte by byte, which is the order of their letters.
            Assert.True(string.CompareOrdinal(Guid.CreateVersion7(moment).ToString(), first.ToString()) >= 0);
            Assert.True(string.CompareOrdinal(Guid.CreateVersion7(moment.AddMilliseconds(-1)).ToString(), first.ToString()) < 0);
        }
    }
}
