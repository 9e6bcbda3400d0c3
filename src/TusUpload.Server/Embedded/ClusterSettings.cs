namespace TusUpload.Server.Embedded;

/// <summary>What only tests and the operating system decide about a cluster; what owners decide is in <see cref="EmbeddedOptions"/>.</summary>
internal sealed record ClusterSettings
{
    /// <summary>Default true. Off: commits survive a kill, but not power loss, which a test never has.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>Default 100: two pools of 40 and some connections outside of any. Tests run many servers on one cluster.</summary>
    public int MaxConnections { get; init; } = 100;

    /// <summary>Listen on TCP loopback with a password. Default: only on Windows; elsewhere a Unix socket that only its user can open.</summary>
    public bool Tcp { get; init; } = OperatingSystem.IsWindows();

    /// <summary>Folders to search for binaries, in order. Default: <see cref="BinariesPlaces.Usual"/>.</summary>
    public IReadOnlyList<string>? Places { get; init; }
}
