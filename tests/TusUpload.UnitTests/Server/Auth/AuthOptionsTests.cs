using TusUpload.Server.Auth;

namespace TusUpload.UnitTests.Server.Auth;

public sealed class AuthOptionsTests
{
    [Fact]
    public void Development_is_the_default_and_the_only_mode_there_is()
    {
        Assert.True(Validate(new()).Succeeded);
        Assert.Contains("not available in this version", Validate(new() { Mode = "jwt" }).FailureMessage, StringComparison.Ordinal);
        Assert.Contains("must be", Validate(new() { Mode = "none" }).FailureMessage, StringComparison.Ordinal);
    }

    private static Microsoft.Extensions.Options.ValidateOptionsResult Validate(AuthOptions options) => new AuthOptionsRules().Validate(null, options);
}
