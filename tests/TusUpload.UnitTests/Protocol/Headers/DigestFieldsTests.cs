using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Headers;

namespace TusUpload.UnitTests.Protocol.Headers;

public sealed class DigestFieldsTests
{
    private const string Zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    private static readonly string Hex = new('0', 64);

    [Theory]
    [InlineData($"sha-256=:{Zeros}:", true)]
    [InlineData($"md5=:AAAA:,sha-256=:{Zeros}:;a=1", true)]
    [InlineData($"sha-256=:AAAA:, sha-256=:{Zeros}:", true)]
    [InlineData($"sha-256=:{Zeros}:, sha-256=:AAAA:", false)]
    [InlineData("sha-256=:AAAA:", false)]
    [InlineData($"sha-256={Zeros}", false)]
    [InlineData($"sha-256=:{Zeros}AAAA:", false)]
    [InlineData("sha-256", false)]
    [InlineData("", false)]
    public void A_promise_is_a_digest_or_nothing(string field, bool read) =>
        Assert.Equal(read ? Hex : null, DigestFields.ReadSha256Promise(RequestWith("Repr-Digest", field)));

    [Fact]
    public void Each_algorithm_has_its_own_promise()
    {
        var digest = Enumerable.Range(0, 64).Select(i => (byte)i).ToArray();
        var request = RequestWith("Repr-Digest", $"sha-512=:{Convert.ToBase64String(digest)}:, sha-256=:{Zeros}:");

        Assert.Equal(Convert.ToHexStringLower(digest), DigestFields.ReadSha512Promise(request));
        Assert.Equal(Hex, DigestFields.ReadSha256Promise(request));
    }

    [Theory]
    [InlineData("sha-256", "sha-256=1", true)]
    [InlineData("sha-256", "sha-512=10, sha-256=3;q", true)]
    [InlineData("sha-256", "sha-256=0", false)]
    [InlineData("sha-256", "sha-512=1", false)]
    public void The_digest_is_shown_where_it_is_wanted(string algorithm, string wanted, bool shown)
    {
        var http = RequestWith("Want-Repr-Digest", wanted).HttpContext;

        DigestFields.Show(http, Hex);

        Assert.Equal(shown ? $"{algorithm}=:{Zeros}:" : "", http.Response.Headers["Repr-Digest"].ToString());
    }

    [Fact]
    public void What_is_not_known_is_not_shown()
    {
        var http = RequestWith("Want-Repr-Digest", "sha-256=1").HttpContext;

        DigestFields.Show(http, null);

        Assert.Empty(http.Response.Headers);
    }

    private static HttpRequest RequestWith(string name, string value)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers[name] = value;
        return http.Request;
    }
}
