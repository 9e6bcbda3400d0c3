using System.Net.Sockets;

using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

using Npgsql;

using TusUpload.Server.Setup;

namespace TusUpload.UnitTests.Server.Setup;

public sealed class StartFailureTests
{
    [Fact]
    public void Everything_that_is_wrong_with_the_options_is_said_at_once()
    {
        var failure = new AggregateException(
            new OptionsValidationException("a", typeof(object), ["first", "second"]), new OptionsValidationException("b", typeof(object), ["third"]));

        var said = StartFailure.Explain(failure);

        Assert.All(["first", "second", "third"], line => Assert.Contains(line, said, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_taken_port_a_missing_database_and_an_unreadable_setting_are_said_in_one_line()
    {
        Exception[] failures =
        [
            new IOException("Failed to bind to address http://127.0.0.1:80: address already in use.", new AddressInUseException("in use")),
            new NpgsqlException("Failed to connect", new SocketException((int)SocketError.ConnectionRefused)),
            new InvalidDataException("Failed to load configuration from file 'appsettings.json'."),
        ];

        Assert.All(failures, failure => Assert.DoesNotContain('\n', StartFailure.Explain(failure)));
    }

    [Fact]
    public void Roles_are_a_list_and_unknown_ones_are_refused()
    {
        Assert.Equal(new ServerRoles(true, true, true), ServerRoles.Read(Configuration("")));
        Assert.Equal(new ServerRoles(true, false, true), ServerRoles.Read(Configuration("receive, dashboard")));
        Assert.Throws<OptionsValidationException>(() => ServerRoles.Read(Configuration("receive,cook")));
    }

    private static IConfiguration Configuration(string roles) =>
        new ConfigurationBuilder().AddInMemoryCollection([new(ServerRoles.Key, roles)]).Build();
}
