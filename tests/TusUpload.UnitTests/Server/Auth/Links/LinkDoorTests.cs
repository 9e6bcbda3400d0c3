using System.Net;

using TusUpload.Server.Auth.Links;

namespace TusUpload.UnitTests.Server.Auth.Links;

public sealed class LinkDoorTests
{
    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("::1", "::/64")]
    [InlineData("fe80::1%3", "fe80::/64")]
    public void Whoever_has_a_network_of_addresses_is_one(string from, string address) =>
        Assert.Equal(address, LinkDoor.AddressOf(IPAddress.Parse(from)));

    [Fact]
    public void Who_has_no_address_has_one_name() => Assert.Equal("", LinkDoor.AddressOf(null));
}
