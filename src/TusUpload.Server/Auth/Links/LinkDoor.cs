using System.Net;
using System.Net.Sockets;

using TusUpload.Data.Links;
using TusUpload.Server.Api;

namespace TusUpload.Server.Auth.Links;

/// <summary>Who says the password of a link comes in; who guesses waits longer and longer.</summary>
internal sealed class LinkDoor(LinkTryCounting tries, LinkPasswords passwords, TimeProvider time)
{
    private const int NetworkBytes = 8;

    /// <summary>Null: the password is right.</summary>
    public async Task<ApiError?> RefuseAsync(
        Guid linkId, string passwordHash, string? password, IPAddress? from, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(password))
        {
            return ApiError.LinkPasswordRequired;
        }

        var address = AddressOf(from);
        if (await tries.TakeAsync(linkId, address, time.GetUtcNow(), cancellationToken) is { } wait)
        {
            return ApiError.TooManyTries with { RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) };
        }

        // What was taken is given back even where the visitor has gone by now.
        var isRight = await passwords.IsRightAsync(password, passwordHash, cancellationToken);
        if (isRight != false)
        {
            await (isRight is null ? tries.TakeBackAsync(linkId, address, CancellationToken.None) : tries.GiveBackAsync(linkId, address, CancellationToken.None));
        }

        return isRight switch { true => null, false => ApiError.WrongPassword, null => ApiError.PasswordsBusy };
    }

    /// <summary>Of IPv6 the network (/64), which is what one machine has; IPv4 in either form is one.</summary>
    internal static string AddressOf(IPAddress? from)
    {
        if (from is { IsIPv4MappedToIPv6: true })
        {
            from = from.MapToIPv4();
        }

        if (from is not { AddressFamily: AddressFamily.InterNetworkV6 })
        {
            return from?.ToString() ?? "";
        }

        var bytes = from.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
