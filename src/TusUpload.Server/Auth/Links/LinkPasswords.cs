using System.Globalization;
using System.Security.Cryptography;

namespace TusUpload.Server.Auth.Links;

/// <summary>
/// Passwords of links, as <c>pbkdf2-sha512$iterations$salt$hash</c>: what is stored says how it was made, so that the next one may cost more. A hash takes
/// a core for about a tenth of a second; at most half of them are ever at it, and so many wait as are answered within seconds.
/// </summary>
internal sealed class LinkPasswords(TimeProvider time) : IDisposable
{
    public const int Longest = 200;

    private const string Method = "pbkdf2-sha512";
    private const int Iterations = 220_000;
    private const int SaltSize = 16;
    private const int HashSize = 32;
    private const int MostWaiting = 32;

    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));
    private int _waiting;
    private long _pace;

    /// <summary>Null: too many are waiting already.</summary>
    public async Task<string?> HashAsync(string password, CancellationToken cancellationToken)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltSize);
        return await DeriveAsync(password, salt, Iterations, HashSize, cancellationToken) is { } hash
            ? string.Create(CultureInfo.InvariantCulture, $"{Method}${Iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}")
            : null;
    }

    /// <summary>Whether it is the password; null: too many are waiting already.</summary>
    public async Task<bool?> IsRightAsync(string password, string stored, CancellationToken cancellationToken)
    {
        if (stored.Split('$') is not [Method, var iterations, var salt, var hash])
        {
            throw new InvalidOperationException("A link's password was stored in a form that this version does not know.");
        }

        var expected = Convert.FromBase64String(hash);
        return await DeriveAsync(
            password, Convert.FromBase64String(salt), int.Parse(iterations, CultureInfo.InvariantCulture), expected.Length, cancellationToken) is { } given
            ? CryptographicOperations.FixedTimeEquals(given, expected)
            : null;
    }

    /// <summary>
    /// Takes as long as a password took last. Not the work itself: then whoever asks for links that are not there would keep those waiting who ask for others.
    /// </summary>
    public async Task PretendAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _pace) is > 0 and var pace)
        {
            await Task.Delay(new TimeSpan(pace), time, cancellationToken);
            return;
        }

        await DeriveAsync("", new byte[SaltSize], Iterations, HashSize, cancellationToken);
    }

    public void Dispose() => _turns.Dispose();

    private async Task<byte[]?> DeriveAsync(string password, byte[] salt, int iterations, int size, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > MostWaiting)
            {
                return null;
            }

            await _turns.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        try
        {
            var started = time.GetTimestamp();
            var hash = await Task.Run(() => Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA512, size), CancellationToken.None);
            Volatile.Write(ref _pace, time.GetElapsedTime(started).Ticks);
            return hash;
        }
        finally
        {
            _turns.Release();
        }
    }
}
