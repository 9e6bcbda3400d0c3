using TusUpload.Server.Auth.Links;

namespace TusUpload.UnitTests.Server.Auth.Links;

public sealed class LinkPasswordsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_password_is_known_by_what_was_stored_of_it_whatever_that_cost()
    {
        using var passwords = new LinkPasswords(TimeProvider.System);
        const string Cheap = "pbkdf2-sha512$1000$AAAAAAAAAAAAAAAAAAAAAA==$";
        var hash = Convert.ToBase64String(System.Security.Cryptography.Rfc2898DeriveBytes.Pbkdf2(
            "open sesame", new byte[16], 1000, System.Security.Cryptography.HashAlgorithmName.SHA512, 32));

        Assert.True(await passwords.IsRightAsync("open sesame", Cheap + hash, Ct));
        Assert.False(await passwords.IsRightAsync("open Sesame", Cheap + hash, Ct));
        var stored = await passwords.HashAsync("open sesame", Ct);
        Assert.True(await passwords.IsRightAsync("open sesame", stored!, Ct));
    }

    [Fact]
    public async Task So_many_wait_and_no_more()
    {
        using var passwords = new LinkPasswords(TimeProvider.System);

        var hashes = await Task.WhenAll(Enumerable.Range(0, 36 + Environment.ProcessorCount).Select(_ => passwords.HashAsync("p", Ct)));

        Assert.InRange(hashes.Count(hash => hash is null), 1, 36);
        Assert.NotNull(await passwords.HashAsync("p", Ct));
    }
}
