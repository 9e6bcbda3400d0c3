using TusUpload.Server.Auth.Links;

namespace TusUpload.UnitTests.Server.Auth.Links;

public sealed class LinkTokenTests
{
    private static readonly byte[] Key = new byte[32];
    private static readonly LinkToken Token =
        new(Guid.CreateVersion7(), Guid.CreateVersion7(), DateTimeOffset.FromUnixTimeSeconds(1_800_000_000), LinkToken.MarkOf("a hash"));

    [Fact]
    public void It_says_again_what_was_signed()
    {
        var text = Token.Sign(Key);

        Assert.StartsWith("lt1.", text, StringComparison.Ordinal);
        Assert.True(LinkToken.IsLike(text));
        Assert.Equal(Token, LinkToken.Read(text, Key));
    }

    [Fact]
    public void Changed_anywhere_or_signed_with_another_key_it_is_none()
    {
        var text = Token.Sign(Key);

        Assert.Null(LinkToken.Read(text, [.. Enumerable.Repeat((byte)1, 32)]));
        // The last letter of each half has bits that mean nothing.
        foreach (var i in Enumerable.Range(0, text.Length - 1).Where(i => text[i] != '.' && text[i + 1] != '.'))
        {
            Assert.Null(LinkToken.Read(text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..], Key));
        }
    }

    [Fact]
    public void Marks_tell_passwords_apart_and_none_has_none()
    {
        Assert.NotEqual(LinkToken.MarkOf("a hash"), LinkToken.MarkOf("another"));
        Assert.Equal(0UL, LinkToken.MarkOf(null));
    }
}
