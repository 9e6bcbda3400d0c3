using System.ComponentModel.DataAnnotations;
using System.Net;

using Microsoft.Extensions.Options;

namespace TusUpload.Server.Proxies;

/// <summary>Whom the server believes for whom a request was made, and to which address. Section <c>Proxies</c>.</summary>
internal sealed class ProxyOptions
{
    public const string Section = "Proxies";

    /// <summary>
    /// Addresses (<c>10.0.0.5</c>, <c>::1</c>) and networks (<c>10.0.0.0/24</c>) of the proxies in front. Theirs are X-Forwarded-For,
    /// -Proto, -Host and -Prefix; from anybody else those count for nothing. They must set these headers and pass on none of a client's.
    /// Default: nobody.
    /// </summary>
    public IReadOnlyList<string> Known { get; init; } = [];

    /// <summary>How many known proxies a request may pass one after the other. 1 to 10, default 1.</summary>
    [Range(1, 10)]
    public int Hops { get; init; } = 1;

    /// <summary>A single address is the network of that address alone. Null: neither.</summary>
    public static IPNetwork? NetworkOf(string known) =>
        IPNetwork.TryParse(known, out var network) ? network
        : IPAddress.TryParse(known, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;
}

[OptionsValidator]
internal sealed partial class ProxyOptionsAnnotations : IValidateOptions<ProxyOptions>;

internal sealed class ProxyOptionsRules : IValidateOptions<ProxyOptions>
{
    public ValidateOptionsResult Validate(string? name, ProxyOptions options)
    {
        var wrong = options.Known.Where(known => ProxyOptions.NetworkOf(known) is null).ToList();
        return wrong.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(wrong.Select(known =>
                $"Proxies:Known holds '{known}', which is neither an address nor a network such as 10.0.0.0/24."));
    }
}
