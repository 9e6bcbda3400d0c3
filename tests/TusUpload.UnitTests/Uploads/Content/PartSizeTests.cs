using TusUpload.Uploads.Content.S3;

namespace TusUpload.UnitTests.Uploads.Content;

public sealed class PartSizeTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData(0, 8)]
    [InlineData(9_999 * 8 * MiB, 8)]
    [InlineData((9_999 * 8 * MiB) + 1, 9)]
    [InlineData(10_000 * 8 * MiB, 9)]
    [InlineData(S3Staging.MaxObject, 525)]
    public void An_upload_never_has_more_full_parts_than_leave_one_for_its_tail(long total, long expectedMiB)
    {
        var size = S3Staging.PartSizeFor(total, 8 * MiB);

        Assert.Equal(expectedMiB * MiB, size);
        Assert.True(total <= S3Staging.MaxParts * size);
    }
}
