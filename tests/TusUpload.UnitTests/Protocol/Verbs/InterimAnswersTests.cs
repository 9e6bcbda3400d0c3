using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Verbs;

namespace TusUpload.UnitTests.Protocol.Verbs;

public sealed class InterimAnswersTests
{
    [Theory]
    [InlineData("HTTP/1.1", null, true)]
    [InlineData("HTTP/2", null, true)]
    [InlineData("HTTP/1.1", "all", true)]
    [InlineData("HTTP/1.1", "none", false)]
    [InlineData("HTTP/2", "None", false)]
    [InlineData("HTTP/1.0", null, false)]
    public void They_pass_unless_somebody_in_between_says_otherwise(string protocol, string? said, bool pass)
    {
        var http = new DefaultHttpContext { Request = { Protocol = protocol } };
        http.Request.Headers["X-Interim-Responses"] = said;

        Assert.Equal(pass, InterimAnswers.Pass(http));
    }
}
