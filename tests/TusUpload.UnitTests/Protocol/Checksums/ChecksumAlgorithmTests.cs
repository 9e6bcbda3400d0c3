using TusUpload.Protocol.Checksums;

namespace TusUpload.UnitTests.Protocol.Checksums;

/// <summary>Vectors that others have published.</summary>
public sealed class ChecksumAlgorithmTests
{
    [Theory]
    [InlineData("md5", "", "d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("md5", "abc", "900150983cd24fb0d6963f7d28e17f72")]
    [InlineData("sha1", "", "da39a3ee5e6b4b0d3255bfef95601890afd80709")]
    [InlineData("sha1", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d")]
    [InlineData("sha256", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("sha256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData(
        "sha512", "abc",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")]
    [InlineData("crc32c", "", "00000000")]
    [InlineData("crc32c", "123456789", "e3069283")]
    [InlineData("xxh128", "", "99aa06d3014798d86001c324468d497f")]
    [InlineData("xxh128", "abc", "06b05ab6733a618578af5f94892f3950")]
    public void Published_vectors_hold(string algorithm, string text, string expected)
    {
        using var running = ChecksumAlgorithms.Find(algorithm)!.Start();

        running.Append(System.Text.Encoding.ASCII.GetBytes(text));

        Assert.Equal(expected, Convert.ToHexStringLower(running.Finish()));
    }

    /// <summary>RFC 3720, B.4, written there the lowest byte first.</summary>
    [Theory]
    [InlineData(0x00, 0, "8a9136aa")]
    [InlineData(0xff, 0, "62a8ab43")]
    [InlineData(0x00, 1, "46dd794e")]
    [InlineData(0x1f, -1, "113fdb5c")]
    public void CRC32C_is_that_of_iSCSI(int first, int step, string expected)
    {
        using var running = ChecksumAlgorithms.Crc32C.Start();

        running.Append([.. Enumerable.Range(0, 32).Select(index => (byte)(first + (index * step)))]);

        Assert.Equal(expected, Convert.ToHexStringLower(running.Finish()));
    }

    [Fact]
    public void Bytes_may_come_in_pieces_of_any_size()
    {
        var bytes = new byte[5000];
        new Random(7).NextBytes(bytes);
        foreach (var algorithm in ChecksumAlgorithms.All)
        {
            using var whole = algorithm.Start();
            using var pieces = algorithm.Start();
            whole.Append(bytes);
            for (var (at, size) = (0, 1); at < bytes.Length; at += size, size += 3)
            {
                pieces.Append(bytes.AsSpan(at, Math.Min(size, bytes.Length - at)));
            }

            var expected = whole.Finish();
            Assert.Equal(expected, pieces.Finish());
            Assert.Equal(algorithm.Size, expected.Length);
        }
    }

    [Fact]
    public void Names_are_lower_case_and_found_only_as_they_are()
    {
        Assert.Equal(["sha1", "sha256", "sha512", "md5", "crc32c", "xxh128"], ChecksumAlgorithms.All.Select(algorithm => algorithm.Name));
        Assert.Null(ChecksumAlgorithms.Find("SHA1"));
        Assert.Null(ChecksumAlgorithms.Find("crc32"));
    }

    [Fact]
    public void A_checksum_of_another_length_cannot_be_expected() =>
        Assert.Throws<ArgumentException>(() => new BodyChecksum(ChecksumAlgorithms.Sha1, new byte[19]));

    [Fact]
    public void A_mismatch_is_answered_as_its_protocol_says()
    {
        var own = TusUpload.Protocol.Errors.TusError.Unavailable;
        var plain = new BodyChecksum(ChecksumAlgorithms.Crc32C, new byte[4]);
        var other = new BodyChecksum(ChecksumAlgorithms.Crc32C, new byte[4]) { Mismatch = own };

        Assert.False(plain.Check([1, 2, 3, 4]));
        Assert.False(other.Check([1, 2, 3, 4]));
        Assert.Equal((460, own), (plain.Refusal!.Status, other.Refusal));
        Assert.True(plain.TryArrive() is false && other.Check(new byte[4]));
    }
}
