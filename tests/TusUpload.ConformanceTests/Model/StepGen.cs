using CsCheck;

namespace TusUpload.ConformanceTests.Model;

/// <summary>Random clients: mostly sensible, often not.</summary>
internal static class StepGen
{
    private static readonly Gen<int> Sizes = Gen.Frequency((1, Gen.Const(0)), (2, Gen.Int[1, 100]), (4, Gen.Int[1, 100_000]), (1, Gen.Int[60_000, 200_000]));

    private static readonly Gen<Framing> Framings = Gen.Enum<Framing>();

    private static readonly Gen<Address> Addresses = Gen.Frequency((8, Gen.Const(Address.Right)), (1, Gen.Enum<Address>()));

    private static readonly Gen<Step> Creates = Gen.Select(
        OrNull(5, Sizes), OrNull(1, Gen.Int[0, 2]), OrNull(1, Sizes), Framings, Rarely(CreateFlaw.None, Gen.Enum<CreateFlaw>()),
        (length, key, body, framing, flaw) => (Step)new Create(length, key, body, framing, flaw));

    private static readonly Gen<Step> Appends = Gen.Select(
        Gen.Int[0, 20], Rarely(0, Gen.Int[-3, 100_000]), Sizes, OrNull(1, Rarely(0, Gen.Int[-5, 100_000])), Framings, Rarely(AppendFlaw.None, Gen.Enum<AppendFlaw>()),
        Gen.Frequency((3, Gen.Const((int?)null)), (1, Gen.Int[0, 100].Select(at => (int?)at))),
        Rarely(Sum.None, Gen.Enum<Sum>()),
        (target, astray, size, declares, framing, flaw, cut, sum) => (Step)new Append(target, astray, size, declares, framing, flaw, cut, sum));

    private static readonly Gen<Step> Noises = Gen.Select(
        Gen.OneOf<string>("GET", "PUT", "POST", "PATCH", "HEAD", "DELETE", "TRACE", "BREW"),
        Gen.OneOf<string>("/uploads", "/uploads/", "/uploads/..%2f..%2fetc", "/uploads/%00", "/uploads/0/1", "/uploads/" + "a%20".PadRight(300, 'b')),
        Gen.OneOf<string>("Upload-Offset", "Upload-Length", "Upload-Metadata", "Upload-Concat", "Upload-Checksum", "Upload-Defer-Length", "Content-Type", "X-HTTP-Method-Override"),
        Gen.OneOf(Gen.Char[' ', '~'].Array[0, 40].Select(letters => new string(letters)), Gen.OneOf<string>("-1", "1e3", "0x10", "99999999999999999999", "١٢", "1, 1", ";;;", "final;")),
        (method, path, header, value) => (Step)new Noise(method, path, header, value.Trim()));

    public static Gen<Step[]> Runs { get; } = Gen.Frequency(
        (4, Creates),
        (10, Appends),
        (3, Gen.Select(Gen.Int[0, 20], Addresses, (target, address) => (Step)new Ask(target, address))),
        (1, Gen.Select(Gen.Int[0, 20], Addresses, (target, address) => (Step)new Terminate(target, address))),
        (1, Noises)).Array[1, 25];

    private static Gen<int?> OrNull(int times, Gen<int> some) => Gen.Frequency((times, some.Select(value => (int?)value)), (1, Gen.Const((int?)null)));

    private static Gen<T> Rarely<T>(T usual, Gen<T> rare) => Gen.Frequency((9, Gen.Const(usual)), (1, rare));
}
