using TusUpload.Uploads.Content;

namespace TusUpload.UnitTests.Uploads;

public sealed class UploadAgeTests
{
    [Fact]
    public void An_id_says_when_it_was_made()
    {
        var made = new DateTimeOffset(2026, 7, 4, 1, 2, 3, 456, TimeSpan.Zero);

        var id = Guid.CreateVersion7(made);

        Assert.Equal(made, UploadAge.TimeOf(id));
        Assert.Equal(made, UploadAge.TimeOf(UploadAge.FirstId(made)));
        Assert.True(UploadAge.FirstId(made).CompareTo(id) <= 0);
        Assert.True(UploadAge.FirstId(made.AddMilliseconds(1)).CompareTo(id) > 0);
    }
}
