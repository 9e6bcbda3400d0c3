namespace TusUpload.Protocol.Cors;

/// <summary>
/// A feature of a request: its page may read the answer though <see cref="TusCorsOptions.AllowedOrigins"/> does not name its origin. For applications that allow
/// origins by what is asked for. Never with credentials: whoever may name an origin must not speak for whom a browser would sign in by itself.
/// </summary>
public sealed class AdmittedOrigin
{
    public static readonly AdmittedOrigin Instance = new();

    private AdmittedOrigin()
    {
    }
}
