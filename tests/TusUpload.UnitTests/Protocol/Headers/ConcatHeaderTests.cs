using TusUpload.Protocol.Headers;

namespace TusUpload.UnitTests.Protocol.Headers;

public sealed class ConcatHeaderTests
{
    private const string One = "0199d3a0-0000-7000-8000-000000000001";
    private const string Two = "0199d3a0-0000-7000-8000-000000000002";

    [Theory]
    [InlineData("/uploads/" + One)]
    [InlineData("https://tus.example:8443/uploads/" + One)]
    [InlineData("http://proxy.example/behind/uploads/" + One)]
    [InlineData("/behind/uploads/" + One + "?token=abc/def")]
    [InlineData("/uploads/" + One + "#part")]
    [InlineData("/UPLOADS/" + One)]
    [InlineData("/%75ploads/" + One)]
    [InlineData("uploads/" + One)]
    [InlineData(One)]
    [InlineData(One + "?token=abc")]
    public void An_address_names_its_upload_by_the_path_below_the_tus_path(string address) => Assert.Equal([Guid.Parse(One)], Parts($"final;{address}"));

    [Theory]
    [InlineData("/elsewhere/" + One)]
    [InlineData("/uploads/" + One + "/more")]
    [InlineData("/uploads/{" + One + "}")]
    [InlineData("/uploads/")]
    [InlineData("https://tus.example")]
    [InlineData("?uploads/" + One)]
    [InlineData("/uploads/..%2f..%2fetc")]
    [InlineData("%%%")]
    public void An_address_that_leads_elsewhere_names_none(string address) => Assert.Equal([Guid.Empty], Parts($"final;{address}"));

    [Theory]
    [InlineData("final;/uploads/" + Two + " /uploads/" + One)]
    [InlineData("final; /uploads/" + Two + "  http://tus.example/uploads/" + One + " ")]
    public void The_order_is_kept_and_the_header_to_the_letter(string header)
    {
        Assert.Null(ConcatHeader.TryRead(header, "/uploads/", out var concat));

        Assert.Equal([Guid.Parse(Two), Guid.Parse(One)], concat!.Parts!);
        Assert.Equal((header, true), (concat.Raw, concat.IsFinal));
    }

    [Fact]
    public void Partial_names_no_parts_and_no_header_is_none()
    {
        Assert.Null(ConcatHeader.TryRead("partial", "/uploads", out var partial));
        Assert.Equal(("partial", false), (partial!.Raw, partial.IsFinal));
        Assert.Null(ConcatHeader.TryRead(default, "/uploads", out var none));
        Assert.Null(none);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Partial")]
    [InlineData("partial;")]
    [InlineData("final")]
    [InlineData("final;")]
    [InlineData("final;  ")]
    [InlineData("FINAL;/uploads/" + One)]
    [InlineData("final;/uploads/" + One + "\t/uploads/" + Two)]
    [InlineData("final;/uploads/\u00e9")]
    [InlineData("final;/uploads/" + One + " http://tus.example/uploads/" + One)]
    public void What_is_malformed_or_names_a_part_twice_is_refused(string header)
    {
        Assert.Equal("invalid_concat", ConcatHeader.TryRead(header, "/uploads", out var concat)?.Code);
        Assert.Null(concat);
    }

    [Fact]
    public void Two_lines_are_refused() =>
        Assert.Equal("invalid_concat", ConcatHeader.TryRead(new(["partial", "partial"]), "/uploads", out _)?.Code);

    private static IReadOnlyList<Guid> Parts(string header)
    {
        Assert.Null(ConcatHeader.TryRead(header, "/uploads", out var concat));
        return concat!.Parts!;
    }
}
