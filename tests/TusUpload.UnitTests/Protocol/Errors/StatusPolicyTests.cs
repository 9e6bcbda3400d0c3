using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;

namespace TusUpload.UnitTests.Protocol.Errors;

public sealed class StatusPolicyTests
{
    [Theory]
    [InlineData(BodyEnd.None, null)]
    [InlineData(BodyEnd.Completed, null)]
    [InlineData(BodyEnd.ClientGone, null)]
    [InlineData(BodyEnd.TakenOver, 423)]
    [InlineData(BodyEnd.Draining, 503)]
    [InlineData(BodyEnd.Idle, 503)]
    [InlineData(BodyEnd.TooLong, 413)]
    [InlineData(BodyEnd.Full, 423)]
    public void Each_end_of_a_body_has_one_answer(BodyEnd end, int? status) => Assert.Equal(status, StatusPolicy.ForBody(end)?.Status);

    [Fact]
    public void Every_answer_that_passes_says_when_to_come_back()
    {
        Assert.NotNull(StatusPolicy.ForBody(BodyEnd.TakenOver)?.RetryAfter);
        Assert.NotNull(StatusPolicy.Draining.RetryAfter);
        Assert.NotNull(StatusPolicy.Idle.RetryAfter);
    }
}
