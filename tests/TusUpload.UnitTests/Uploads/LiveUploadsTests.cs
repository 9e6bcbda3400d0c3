using Microsoft.Extensions.Time.Testing;
using TusUpload.Uploads.Progress;

namespace TusUpload.UnitTests.Uploads;

public sealed class LiveUploadsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Guid _upload = Guid.CreateVersion7();

    [Fact]
    public void A_running_upload_shows_its_offset_and_its_rate()
    {
        var live = new LiveUploads(_time);
        var upload = live.Begin(_upload, "ann", 1000, 10_000);
        _time.Advance(TimeSpan.FromSeconds(2));
        upload.Received(4000);

        Assert.Equal(new ProgressReport(_upload, "ann", "ann", 5000, 10_000, 2000), live.Find(_upload));
        live.End(upload);
        Assert.Null(live.Find(_upload));
    }

    [Fact]
    public void An_old_request_that_ends_does_not_hide_the_new_one()
    {
        var live = new LiveUploads(_time);
        var old = live.Begin(_upload, "ann", 0, 10);
        var current = live.Begin(_upload, "ann", 5, 10);

        live.End(old);

        Assert.Equal(5, live.Find(_upload)!.UploadedSize);
        live.End(current);
        Assert.Empty(live.All());
    }
}
