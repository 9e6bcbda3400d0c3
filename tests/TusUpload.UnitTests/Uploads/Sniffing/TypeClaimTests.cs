using TusUpload.Uploads.Sniffing;

namespace TusUpload.UnitTests.Uploads.Sniffing;

public sealed class TypeClaimTests
{
    public static TheoryData<string?, byte[]> Disguises => new()
    {
        { "image/png", Samples.Windows },
        { "image/png", Samples.Html },
        { "IMAGE/PNG; q=1", Samples.Elf },
        { "image/png", Samples.Svg },
        { "image/svg+xml", Samples.Html },
        { "video/mp4", Samples.Shell },
        { "application/pdf", Samples.Html },
        { "application/zip", Samples.Windows },
        { "application/msword", Samples.Windows },
        { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Samples.Elf },
        { "text/plain", Samples.Windows },
        { "application/json", Samples.Elf },
        { "image/png", Samples.Zip("", "META-INF/MANIFEST.MF") },
    };

    public static TheoryData<string?, byte[]> NoDisguises => new()
    {
        { null, Samples.Windows },
        { "", Samples.Html },
        { "application/octet-stream", Samples.Windows },
        { "application/x-msdownload", Samples.Windows },
        { "application/x-unheard-of", Samples.Elf },
        { "text/html", Samples.Html },
        { "text/plain", Samples.Html },
        { "text/markdown", Samples.Html },
        { "text/x-python", Samples.Shell },
        { "application/x-perl", Samples.Shell },
        { "application/vnd.ms-excel", Samples.Html },
        { "image/svg+xml", Samples.Svg },
        { "text/xml", Samples.Svg },
        { "application/zip", Samples.Zip("", "META-INF/MANIFEST.MF") },
        { "application/pdf", Samples.Zip("a", "a") },
        { "image/png", Samples.Jpeg },
        { "text/csv", Samples.Csv },
    };

    public static TheoryData<string?, byte[]> Contradictions => new()
    {
        { "application/pdf", Samples.Zip("a", "a") },
        { "image/png", Samples.Pdf },
        { "image/png", Samples.Csv },
        { "image/png", new byte[100] },
        { "application/pdf", Samples.Csv },
        { "video/mp4", Samples.Png },
        { "text/csv", Samples.Png },
        { "application/zip", Samples.Pdf },
        { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Samples.Csv },
        { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Samples.Zip("", "xl/workbook.xml") },
        { "application/x-unheard-of", Samples.Elf },
    };

    public static TheoryData<string?, byte[]> NoContradictions => new()
    {
        { null, Samples.Pdf },
        { "application/octet-stream", Samples.Html },
        { "image/png", Array.Empty<byte>() },
        { "image/png", Samples.Jpeg },
        { "image/jpg", Samples.Jpeg },
        { "image/x-canon-cr2", Samples.Hex("49492A0010000000 4352") },
        { "audio/mp4", Samples.Mp4 },
        { "video/quicktime", Samples.Mp4 },
        { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Samples.Zip("<", "[Content_Types].xml") },
        { "application/vnd.openxmlformats-officedocument.wordprocessingml.document", Samples.Ole },
        { "application/vnd.ms-excel", Samples.Csv },
        { "application/vnd.ms-excel", Samples.Ole },
        { "application/zip", Samples.Zip("<", "[Content_Types].xml", "word/document.xml") },
        { "application/epub+zip", Samples.Zip("a", "a") },
        { "text/plain", Samples.Csv },
        { "text/plain", new byte[100] },
        { "application/json", "{}"u8.ToArray() },
        { "application/x-unheard-of", new byte[100] },
        { "model/obj", "v 1 2 3"u8.ToArray() },
        { "application/atom+xml", "<?xml version='1.0'?><feed/>"u8.ToArray() },
        { "application/vnd.android.package-archive", Samples.Zip("", "META-INF/MANIFEST.MF") },
    };

    [Theory]
    [MemberData(nameof(Disguises))]
    public void A_program_or_page_is_no_picture_document_or_text(string? claim, byte[] bytes)
    {
        Assert.True(TypeClaim.Of(claim).IsDisguise(TypeSniffer.Sniff(bytes)));
        Assert.True(TypeClaim.Of(claim).IsContradicted(TypeSniffer.Sniff(bytes)));
    }

    [Theory]
    [MemberData(nameof(NoDisguises))]
    public void What_may_be_one_or_is_none_is_no_disguise(string? claim, byte[] bytes) =>
        Assert.False(TypeClaim.Of(claim).IsDisguise(TypeSniffer.Sniff(bytes)));

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void Bytes_of_another_kind_contradict(string? claim, byte[] bytes) =>
        Assert.True(TypeClaim.Of(claim).IsContradicted(TypeSniffer.Sniff(bytes)));

    [Theory]
    [MemberData(nameof(NoContradictions))]
    public void Kin_and_what_is_not_known_contradict_nothing(string? claim, byte[] bytes)
    {
        Assert.False(TypeClaim.Of(claim).IsContradicted(TypeSniffer.Sniff(bytes)));
        Assert.False(TypeClaim.Of(claim).IsDisguise(TypeSniffer.Sniff(bytes)));
    }
}
