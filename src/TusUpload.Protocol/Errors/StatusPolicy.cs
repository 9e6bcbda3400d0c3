using TusUpload.Protocol.Bodies;

namespace TusUpload.Protocol.Errors;

/// <summary>
/// Which answer makes real clients do the right thing. Clients in the field resume after few answers only, and some statuses that sound
/// right make them start again from the first byte; every choice of that kind is made here.
/// </summary>
public static class StatusPolicy
{
    /// <summary>Seconds after which a client that got a passing error asks again: another node is there by then.</summary>
    private const int SoonSeconds = 1;

    /// <summary>
    /// As it stands for creations and for the IETF's protocol; <see cref="For"/> has it for the other verbs of tus. To a creation there
    /// is no upload that could be locked; all clients try it again, and a balancer may hand a 503 to another node, as nobody does with
    /// 423.
    /// </summary>
    public static readonly TusError Draining =
        new(503, "draining", "The server is shutting down; what has arrived is kept.") { RetryAfter = SoonSeconds };

    public static readonly TusError Idle =
        new(503, "body_idle", "No byte came for too long; what has arrived is kept.") { RetryAfter = SoonSeconds };

    public static readonly TusError ChunkFull =
        new(423, "chunk_full", "The body is longer than one request may carry; what fits is kept, send the rest.") { RetryAfter = SoonSeconds };

    /// <summary>
    /// The answer to a request whose body ended like this; null when the body is whole, when there is nobody left to answer, or while
    /// more may come.
    /// </summary>
    public static TusError? ForBody(BodyEnd end) => end switch
    {
        // The old connection of a client that has come back. 423 and 409 make tus-js-client ask for the offset; 423 also suits the
        // Android client, to which 409 is fatal.
        BodyEnd.TakenOver => TusError.Locked,

        // All clients ask for the offset and go on, on another node where there is one.
        BodyEnd.Draining => Draining,
        BodyEnd.Idle => Idle,

        // Fatal at once, rightly: asking again would send the same excess.
        BodyEnd.TooLong => TusError.BodyTooLong,

        // Asking again sends another part, so it must not be fatal. A success would be: the Android client, which is the one that does
        // not tell the length of its bodies, takes an offset that it did not expect for a broken server. 423 makes it and tus-js-client
        // ask and go on.
        BodyEnd.Full => ChunkFull,
        _ => null,
    };

    /// <summary>What an exception out of the store becomes: the upload is safe, the client has to wait. Never a 500.</summary>
    internal static TusError ForTrouble(TusVerb verb) => For(verb, TusError.Unavailable);

    /// <summary>The same refusal with the status that this verb's clients understand.</summary>
    internal static TusError For(TusVerb verb, TusError error, bool isIetf = false) => verb switch
    {
        // The upload is locked until another node has it, which is what 423 says; tus-js-client, Uppy and the Java and Android clients
        // ask for the offset then, TUSKit tries again as after anything but 2xx. A proxy that sees 503 may count the node as broken
        // and, where it is the last one, answer in its own words. Clients of the IETF's draft give up after a 4xx, unless its meaning
        // is to try again: 503 stays there.
        TusVerb.Patch or TusVerb.Delete when !isIetf && error.Code == Draining.Code => error with { Status = 423 },

        // While resuming, 409, 429 and 5xx to HEAD make tus-js-client forget the upload and create another; only 423 makes it wait.
        TusVerb.Head when error.Status is 409 or 429 or >= 500 =>
            error with { Status = 423, RetryAfter = error.RetryAfter ?? SoonSeconds },

        // 429 to PATCH is fatal in tus-js-client, and 503 is not.
        TusVerb.Patch when error.Status == 429 =>
            error with { Status = 503, RetryAfter = error.RetryAfter ?? SoonSeconds },
        _ => error,
    };
}
