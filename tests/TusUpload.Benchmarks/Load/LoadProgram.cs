using System.Globalization;
using System.Net;

namespace TusUpload.Benchmarks.Load;

/// <summary>
/// <c>load CASE URL [--clients N] [--count N] [--size BYTES] [--piece BYTES] [--metadata TEXT] [--put] [--folder PATH]</c>; CASE is large, whole, appends or
/// heads. Prints one line of JSON. Only servers on this machine are loaded.
/// </summary>
internal static class LoadProgram
{
    public static int Run(string[] args)
    {
        var url = new Uri(args[1]);
        if (!IPAddress.TryParse(url.Host, out var address) || !IPAddress.IsLoopback(address))
        {
            Console.Error.WriteLine("Only a loopback address is loaded.");
            return 2;
        }

        var target = new LoadTarget(new(address, url.Port), url.AbsolutePath.TrimEnd('/'), Text("--metadata"), args.Contains("--put"));
        var cases = new LoadCases(target, Text("--folder") ?? (Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath()));
        Console.WriteLine(args[0] switch
        {
            "large" => cases.Large((int)Number("--clients", 1), Number("--size", 1 << 30), (int)Number("--piece", 1 << 30)),
            "whole" => cases.Whole((int)Number("--clients", 8), (int)Number("--count", 1000), (int)Number("--size", 64 << 10)),
            "appends" => cases.Appends((int)Number("--clients", 16), (int)Number("--count", 200), (int)Number("--size", 64 << 10)),
            "heads" => cases.Heads((int)Number("--clients", 8), (int)Number("--count", 20_000)),
            var other => throw new ArgumentException($"There is no case {other}.", nameof(args)),
        });
        return 0;

        string? Text(string name) => Array.IndexOf(args, name) is var at and >= 0 ? args[at + 1] : null;

        long Number(string name, long otherwise) => Text(name) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;
    }
}
