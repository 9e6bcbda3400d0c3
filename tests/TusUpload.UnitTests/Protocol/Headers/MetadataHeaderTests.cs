using System.Text;

using TusUpload.Protocol.Headers;

namespace TusUpload.UnitTests.Protocol.Headers;

public sealed class MetadataHeaderTests
{
    private const int Max = 16 * 1024;

    public static TheoryData<string, string> WellFormed => new()
    {
        { "", "" },
        { "filename aGVsbG8udHh0", "filename=hello.txt" },
        { "filename aGVsbG8udHh0,filetype dGV4dC9wbGFpbg==", "filename=hello.txt;filetype=text/plain" },
        { "  filename aGVsbG8udHh0 ,\tfiletype dGV4dC9wbGFpbg==  ", "filename=hello.txt;filetype=text/plain" },
        { "is_confidential", "is_confidential=" },
        { "empty ,other", "empty=;other=" },
        { "a aGk=,A aGk=", "a=hi;A=hi" },
        { "name TWVuw7w=", "name=Men\u00fc" },
        { "emoji 8J+YgA==", "emoji=\U0001F600" },
    };

    [Theory]
    [MemberData(nameof(WellFormed))]
    public void A_well_formed_header_is_decoded_and_kept_to_the_letter(string header, string expected)
    {
        var refusal = MetadataHeader.TryRead(header, Max, out var metadata);

        Assert.Null(refusal);
        Assert.Equal(expected, string.Join(';', metadata.Values.Select(pair => $"{pair.Key}={pair.Value}")));
        Assert.Equal(header.Length == 0 ? null : header, metadata.Raw);
    }

    [Theory]
    [InlineData(",")]
    [InlineData("a aGk=,")]
    [InlineData("a aGk=,,b aGk=")]
    [InlineData("a aGk=,a aGk=")]
    [InlineData("a aGk")]
    [InlineData("a !!!!")]
    [InlineData("a aGk= aGk=")]
    [InlineData("a aG k=")]
    [InlineData("na\u00efve aGk=")]
    [InlineData("a\u0001 aGk=")]
    [InlineData("a /w==")]
    [InlineData("a AA==")]
    [InlineData("a aGk=\u00a0")]
    [InlineData("\u2003a aGk=")]
    [InlineData("a aGk=\u000b")]
    [InlineData("a\u00a0aGk=")]
    [InlineData("a aG\r\nk=")]
    [InlineData("\u00a0")]
    public void A_malformed_header_is_refused(string header) =>
        Assert.Equal("invalid_metadata", MetadataHeader.TryRead(header, Max, out _)?.Code);

    [Fact]
    public void The_header_is_bounded_and_must_come_once()
    {
        var value = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('x', 12_000)));

        Assert.Null(MetadataHeader.TryRead("a " + value, Max, out var metadata));
        Assert.Equal(12_000, metadata.Find("a")?.Length);
        Assert.Equal("metadata_too_large", MetadataHeader.TryRead("a " + value, 16_001, out _)?.Code);
        Assert.Equal("invalid_metadata", MetadataHeader.TryRead(new(["a aGk=", "b aGk="]), Max, out _)?.Code);
    }
}
