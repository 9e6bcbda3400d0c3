namespace TusUpload.ConformanceTests.Model;

/// <summary>One request of a random client. What it means depends on what went before; see <see cref="ModelRun"/>.</summary>
internal abstract record Step;

/// <summary>POST.</summary>
/// <param name="Length">Upload-Length; null: deferred.</param>
/// <param name="Key">Which of the run's few resume keys it carries; null: none.</param>
/// <param name="Body">Bytes sent along; null: none.</param>
internal sealed record Create(int? Length, int? Key, int? Body, Framing Framing, CreateFlaw Flaw) : Step;

/// <summary>PATCH.</summary>
/// <param name="Target">Which of the run's uploads, counted around.</param>
/// <param name="Astray">Added to the right offset; 0 mostly.</param>
/// <param name="Declares">Sends Upload-Length too, this much past the offset.</param>
/// <param name="Cut">In hundredths of the body: where the connection is cut; null: it is not.</param>
/// <param name="Sum">Whether it carries Upload-Checksum, and whether the bytes are those that it speaks of.</param>
internal sealed record Append(
    int Target, int Astray, int Size, int? Declares, Framing Framing, AppendFlaw Flaw, int? Cut, Sum Sum = Sum.None) : Step;

/// <summary>HEAD.</summary>
internal sealed record Ask(int Target, Address Address) : Step;

/// <summary>DELETE.</summary>
internal sealed record Terminate(int Target, Address Address) : Step;

/// <summary>Something that is no request of the protocol.</summary>
internal sealed record Noise(string Method, string Path, string Header, string Value) : Step;

/// <summary>How a body is delimited.</summary>
internal enum Framing
{
    ContentLength,
    Chunked,
}

/// <summary>What is wrong with a POST; one thing at most.</summary>
internal enum CreateFlaw
{
    None,
    NoLength,
    BothLengths,
    BadLength,
    TooLarge,
    BadMetadata,
    WrongType,
    WrongVersion,
}

/// <summary>What is wrong or unusual with a PATCH; one thing at most.</summary>
internal enum AppendFlaw
{
    None,
    Overridden,
    NoOffset,
    BadOffset,
    WrongType,
    WrongVersion,
}

/// <summary>Whom a request asks for.</summary>
internal enum Address
{
    Right,
    OtherUser,
    Unknown,
    Garbage,
}

/// <summary>Upload-Checksum of a PATCH.</summary>
internal enum Sum
{
    None,
    Right,
    Wrong,
    Unknown,
}
