using Microsoft.AspNetCore.Http;

using TusUpload.Protocol;
using TusUpload.Protocol.Verbs;

namespace TusUpload.UnitTests.Protocol.Verbs;

public sealed class UploadLocationTests
{
    private static readonly Guid Id = new("01234567-89ab-7def-8123-456789abcdef");

    [Theory]
    [InlineData(null, null, "", "/uploads/")]
    [InlineData(null, null, "/files", "/files/uploads/")]
    [InlineData(null, "https://proxy.example:8443", "/files", "https://proxy.example:8443/files/uploads/")]
    [InlineData("https://public.example", null, "", "https://public.example/uploads/")]
    [InlineData("https://public.example/", "http://proxy.example", "/files", "https://public.example/uploads/")]
    [InlineData("https://public.example:8443/a/b/", null, "", "https://public.example:8443/a/b/uploads/")]
    public void An_upload_is_where_its_client_finds_it(string? publicUrl, string? origin, string prefix, string expected)
    {
        var http = new DefaultHttpContext { Request = { Scheme = "http", Host = new("10.0.0.1"), PathBase = prefix, Path = "/uploads/" } };
        if (origin is not null)
        {
            http.Features.Set(new PublicOrigin(origin));
        }

        Assert.Equal(expected + Id, UploadLocation.Of(http, new TusOptions { PublicUrl = publicUrl }, Id));
    }

    [Theory]
    [InlineData("uploads.example.com")]
    [InlineData("/uploads")]
    [InlineData("ftp://uploads.example.com")]
    [InlineData("https://uploads.example.com/?a=b")]
    [InlineData("https://uploads.example.com/#")]
    [InlineData("https://user@uploads.example.com")]
    [InlineData("https://uploads.example.com/a b")]
    [InlineData("https://\u00fcploads.example.com")]
    [InlineData("")]
    public void What_is_no_address_of_a_server_is_refused_at_the_start(string url) =>
        Assert.Contains(
            "Tus:PublicUrl", new TusOptionsRules().Validate(null, new TusOptions { PublicUrl = url }).FailureMessage, StringComparison.Ordinal);

    [Fact]
    public void A_limit_that_is_enforced_has_to_be_there() =>
        Assert.True(new TusOptionsRules().Validate(null, new TusOptions { EnforceMaxChunkSize = true, MaxChunkSize = null }).Failed);
}
