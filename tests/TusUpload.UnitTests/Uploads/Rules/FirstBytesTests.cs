using System.Buffers;

using TusUpload.UnitTests.Uploads.Sniffing;
using TusUpload.Uploads.Rules;
using TusUpload.Uploads.Sniffing;

namespace TusUpload.UnitTests.Uploads.Rules;

public sealed class FirstBytesTests
{
    private static readonly UploadRules Disguises = new([ContentRules.None], SniffingMode.Rules);
    private static readonly UploadRules Pictures = new([new() { AllowedTypes = ["image/*"] }], SniffingMode.Rules);
    private static readonly TypeClaim Picture = TypeClaim.Of("image/png");

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(5000)]
    public void A_program_is_refused_within_the_first_512_bytes_however_they_come(int piece)
    {
        using var first = new FirstBytes(Disguises, Picture);

        var taken = TakeAll(first, [.. Samples.Windows, .. new byte[5000]], piece);

        Assert.InRange(taken, Math.Min(piece, 512), 512 + piece);
        Assert.Equal(("type_mismatch", FileTypes.Windows), (first.Refusal?.Code, first.Type));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void What_is_no_known_format_is_judged_after_4096_bytes(int piece)
    {
        using var first = new FirstBytes(Pictures, Picture);

        Assert.InRange(TakeAll(first, new byte[10_000], piece), 4096, 4096 + piece);
        Assert.Equal("type_not_allowed", first.Refusal?.Code);
    }

    [Fact]
    public void What_is_shorter_is_judged_when_it_is_known_to_be_all()
    {
        using var first = new FirstBytes(Disguises, Picture);

        Assert.True(first.Take(new(Samples.Windows)));
        Assert.Equal("type_mismatch", first.End()?.Code);
        Assert.False(first.Take(new([1])));
    }

    [Fact]
    public void A_tar_archive_is_not_what_its_first_files_name_looks_like()
    {
        using var first = new FirstBytes(Disguises, TypeClaim.Of("application/x-tar"));

        Assert.Equal(0, TakeAll(first, Samples.Tar("MZ.txt"), 10));
        Assert.Equal((null, FileTypes.Tar), (first.End(), first.Type));
    }

    [Fact]
    public void Once_decided_it_stays_decided()
    {
        using var first = new FirstBytes(Disguises, Picture);

        Assert.True(first.Take(new([.. Samples.Png, .. new byte[600]])));
        Assert.True(first.Take(new(Samples.Windows)));
        Assert.Equal((null, FileTypes.Png), (first.End(), first.Type));
    }

    [Fact]
    public void A_zip_archive_waits_for_what_it_is_made_for()
    {
        const string Word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        using var first = new FirstBytes(new([new() { AllowedTypes = [Word] }], SniffingMode.Rules), default);
        byte[] bytes = [.. Samples.Zip("<", "[Content_Types].xml"), .. new byte[1000], .. Samples.Zip("<", "word/document.xml"), .. new byte[4000]];

        Assert.Equal(0, TakeAll(first, bytes, 200));
        Assert.Equal((null, Word), (first.Refusal, first.Type?.Name));
    }

    /// <summary>How many bytes were taken before it refused; 0 where it did not.</summary>
    private static int TakeAll(FirstBytes first, byte[] bytes, int piece)
    {
        for (var at = 0; at < bytes.Length; at += piece)
        {
            if (!first.Take(new ReadOnlySequence<byte>(bytes, at, Math.Min(piece, bytes.Length - at))))
            {
                return at + piece;
            }
        }

        return 0;
    }
}
