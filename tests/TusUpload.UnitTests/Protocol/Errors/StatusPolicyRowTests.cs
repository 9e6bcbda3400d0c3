using TusUpload.Protocol.Errors;

namespace TusUpload.UnitTests.Protocol.Errors;

/// <summary>
/// Every situation a client can meet, by verb, with the one status that makes real clients do the right thing: 423 on HEAD is waited for, 409, 423
/// and 5xx on PATCH are followed by a HEAD, any other 4xx ends the upload.
/// </summary>
public sealed class StatusPolicyRowTests
{
    private static readonly TusError TooMany = new(429, "too_many_requests", "Slower, please.") { RetryAfter = 7 };
    private static readonly TusError NoRoom = new(413, "quota_exceeded", "No room.");
    private static readonly TusError Refused = new(422, "content_refused", "Not this.");

    public static TheoryData<string, string, int> Rows => new()
    {
        // What passes: HEAD must say nothing but 423, or the client starts again from the first byte.
        { "HEAD", "locked", 423 }, { "HEAD", "draining", 423 }, { "HEAD", "database away", 423 }, { "HEAD", "too many", 423 },
        { "HEAD", "disk full", 423 }, { "HEAD", "conflict", 423 }, { "HEAD", "unavailable", 423 },
        { "PATCH", "locked", 423 }, { "PATCH", "draining", 423 }, { "PATCH", "database away", 503 }, { "PATCH", "too many", 503 },
        { "PATCH", "disk full", 507 }, { "PATCH", "conflict", 409 }, { "PATCH", "unavailable", 503 },
        { "POST", "draining", 503 }, { "POST", "database away", 503 }, { "POST", "disk full", 507 }, { "POST", "too many", 429 },
        { "DELETE", "locked", 423 }, { "DELETE", "draining", 423 }, { "DELETE", "database away", 503 },

        // What does not: said at once, so that nobody sends in vain.
        { "HEAD", "not there", 404 }, { "PATCH", "not there", 404 }, { "DELETE", "not there", 404 },
        { "POST", "no room", 413 }, { "POST", "too large", 413 }, { "PATCH", "body too long", 413 },
        { "POST", "content refused", 422 }, { "PATCH", "content refused", 422 },
        { "PATCH", "complete", 403 }, { "DELETE", "complete", 403 },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Each_situation_has_one_status_by_verb(string verb, string situation, int status)
    {
        await using var server = await TusServer.StartAsync();
        var upload = server.Store.Add(10);
        if (situation == "database away")
        {
            server.Store.Trouble = new TimeoutException();
        }
        else
        {
            server.Store.Refusal = Of(situation);
        }

        var answer = verb switch
        {
            "POST" => await server.TusAsync(verb, "/uploads", "", "Upload-Length: 10"),
            "PATCH" => await server.TusAsync(verb, $"/uploads/{upload}", "hello", "Upload-Offset: 0"),
            _ => await server.TusAsync(verb, $"/uploads/{upload}", ""),
        };

        Assert.Equal(status, answer.Status);
        Assert.Equal(status is 423 or 429 or >= 500, answer["Retry-After"] is not null);
        Assert.Equal(verb != "HEAD", answer.Code is not null);
    }

    private static TusError Of(string situation) => situation switch
    {
        "locked" => TusError.Locked,
        "draining" => StatusPolicy.Draining,
        "too many" => TooMany,
        "disk full" => TusError.StorageFull,
        "conflict" => TusError.OffsetMismatch,
        "unavailable" => TusError.Unavailable,
        "not there" => TusError.NotFound,
        "no room" => NoRoom,
        "too large" => TusError.TooLarge,
        "body too long" => TusError.BodyTooLong,
        "content refused" => Refused,
        "complete" => TusError.Completed,
        _ => throw new ArgumentOutOfRangeException(nameof(situation)),
    };
}
