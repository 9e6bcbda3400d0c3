using Microsoft.Extensions.Primitives;

using TusUpload.Protocol.Checksums;

namespace TusUpload.UnitTests.Protocol.Checksums;

public sealed class ChecksumHeaderTests
{
    private const string Sha1 = "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";

    [Theory]
    [InlineData("sha1 " + Sha1, "sha1")]
    [InlineData("crc32c 4waSgw==", "crc32c")]
    [InlineData("xxh128 BrBatnM6YYV4r1+UiS85UA==", "xxh128")]
    public void A_name_a_blank_and_base64_are_a_checksum(string value, string algorithm)
    {
        var reading = ChecksumHeader.Read(value, ChecksumAlgorithms.All);

        Assert.Null(reading.Refusal);
        Assert.Equal((algorithm, reading.Algorithm!.Size), (reading.Algorithm.Name, reading.Expected.Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha1")]
    [InlineData("sha1 ")]
    [InlineData(" " + Sha1)]
    [InlineData("sha1  " + Sha1)]
    [InlineData("sha1 " + Sha1 + " ")]
    [InlineData("sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0")]
    [InlineData("sha1 qZk-NkcGgWq6PiVxeFDCbJzQ2J0=")]
    [InlineData("sha1 qZk+NkcGgWq6PiVxe FDCbJzQ2J=")]
    [InlineData("sha1 a9993e364706816aba3e25717850c26c9cd0d89d")]
    [InlineData("sha1 4waSgw==")]
    [InlineData("sha256 " + Sha1)]
    [InlineData("sha1 " + Sha1 + ",sha1 " + Sha1)]
    [InlineData("sha1 " + Sha1 + "====")]
    public void Anything_else_is_invalid(string value) =>
        Assert.Equal("invalid_checksum", ChecksumHeader.Read(value, ChecksumAlgorithms.All).Refusal?.Code);

    [Theory]
    [InlineData("SHA1 " + Sha1)]
    [InlineData("sha-1 " + Sha1)]
    [InlineData("none of that")]
    public void Another_algorithm_is_not_supported(string value) =>
        Assert.Equal("unsupported_checksum_algorithm", ChecksumHeader.Read(value, ChecksumAlgorithms.All).Refusal?.Code);

    [Fact]
    public void An_algorithm_that_the_store_does_not_verify_is_not_supported() =>
        Assert.Equal(
            "unsupported_checksum_algorithm", ChecksumHeader.Read("sha1 " + Sha1, [ChecksumAlgorithms.Sha256]).Refusal?.Code);

    [Fact]
    public void Two_lines_are_invalid_also_when_they_are_alike() =>
        Assert.Equal(
            "invalid_checksum", ChecksumHeader.Read(new StringValues(["sha1 " + Sha1, "sha1 " + Sha1]), ChecksumAlgorithms.All).Refusal?.Code);
}
