using TusUpload.Data.Files;
using TusUpload.Pipeline.Steps;

namespace TusUpload.UnitTests.Pipeline.Steps;

public sealed class UploadContextTests
{
    [Fact]
    public void What_a_step_found_is_there_after_it_was_journalled()
    {
        var first = Context("{}");
        Assert.False(first.TakeOver("verify"));
        Assert.Null(first.Unsaid);
        first.Sha256 = "abc";
        first.Done("verify");
        first.Done("other");

        var next = Context(first.Unsaid!);
        first.Said();

        Assert.Null(first.Unsaid);
        Assert.True(next.TakeOver("verify"));
        Assert.True(next.TakeOver("other"));
        Assert.False(next.TakeOver("store"));
        Assert.Equal(("abc", null), (next.Sha256, next.StoragePath));
    }

    private static UploadContext Context(string journal) => new(
        new FileInProcess(Guid.Empty, "ann", 1, null, null, null, null, Guid.Empty, default, journal), null!);
}
