using System.Globalization;
using System.Security.Cryptography;
using System.Text;

using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;
using TusUpload.UnitTests.Protocol;

namespace TusUpload.ConformanceTests.Model;

/// <summary>
/// Plays the steps of one random client against the server and compares every answer with what the model says it must be; at last finishes every
/// upload that can be finished and compares the bytes.
/// </summary>
internal sealed class ModelRun(ConformanceServer server)
{
    private const string Version = "1.0.0";
    private const string Bytes = "application/offset+octet-stream";

    private readonly string _keys = Guid.CreateVersion7().ToString();
    private readonly List<ModelUpload> _uploads = [];
    private int _made;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async Task PlayAsync(IEnumerable<Step> steps)
    {
        foreach (var step in steps)
        {
            await (step switch
            {
                Create create => CreateAsync(create),
                Append append => AppendAsync(append),
                Ask ask => AskAsync(ask),
                Terminate terminate => TerminateAsync(terminate),
                Noise noise => NoiseAsync(noise),
                _ => throw new ArgumentOutOfRangeException(nameof(steps)),
            });
        }

        foreach (var upload in _uploads.Where(upload => !upload.IsGone))
        {
            await FinishAsync(upload);
        }
    }

    private async Task CreateAsync(Create step)
    {
        var seed = ++_made;
        if (step is { Flaw: CreateFlaw.WrongType, Body: null } or { Flaw: CreateFlaw.WrongType, Body: 0, Framing: Framing.ContentLength })
        {
            // What carries no bytes may say of them what it likes.
            step = step with { Flaw = CreateFlaw.None, Body = null };
        }

        var metadata = $"filename {Base64($"file {seed}")}" + (step.Key is { } k ? $",resumeKey {Base64($"{_keys} {k}")}" : "");
        var (length, hasBody) = (step.Flaw is CreateFlaw.TooLarge ? ConformanceServer.MaxSize + 1 : (long?)step.Length, step.Body is not null);
        var known = step.Key is null || step.Flaw != CreateFlaw.None ? null : _uploads.LastOrDefault(upload => upload.Key == $"{step.Key}" && !upload.IsGone);
        if (known is { IsUnsettled: true, Length: null, MaybeLengths.Count: > 0 })
        {
            // Whether it has a length by now, and so whether this would be the same upload, nobody can tell before the cut PATCH has come in or not.
            return;
        }

        var adopts = known is not null && length == known.Length;
        var upload = adopts ? known! : new ModelUpload("", seed, metadata) { Length = length, Key = step.Key?.ToString(CultureInfo.InvariantCulture) };
        var size = step.Body ?? 0;
        var answer = await Describe(step, length, metadata, upload.Content(0, size)).SendAsync(server.Port);

        // What the first flaw is, in the order in which a server looks.
        var refusal = step.Flaw switch
        {
            CreateFlaw.WrongVersion => 412,
            CreateFlaw.WrongType => 415,
            CreateFlaw.NoLength or CreateFlaw.BothLengths or CreateFlaw.BadLength or CreateFlaw.BadMetadata => 400,
            CreateFlaw.TooLarge => 413,
            _ when size > (length ?? ConformanceServer.MaxSize) && (!adopts || step.Framing == Framing.ContentLength) => 413,
            _ => (int?)null,
        };
        if (refusal is not null)
        {
            Assert.Equal(refusal, answer.Status);

            // Of a chunked body nobody knows that it is too long before it is: the upload is there by then, and its client is told where.
            if (answer["Location"] is not { } made)
            {
                return;
            }

            Assert.Equal((Framing.Chunked, true), (step.Framing, refusal == 413 && !adopts));
            Add(new(made, seed, metadata) { Length = length, High = length ?? ConformanceServer.MaxSize, Key = upload.Key }, known);
            return;
        }

        if (answer.Status == 413 && adopts && known!.Low == 0 && size > known.Length)
        {
            // A body that begins an upload found by its key may be too long for it, which only its end tells.
            known.High = known.Length.Value;
            known.Tell(await HeadAsync(known));
            return;
        }

        Assert.Equal(201, answer.Status);
        var location = answer["Location"];
        if (adopts)
        {
            Assert.Equal(known!.Path, location);
            await SettleAdoptedAsync(known, answer, size);
            return;
        }

        Assert.DoesNotContain(_uploads, other => other.Path == location);
        upload = new(location!, seed, metadata) { Length = length, Key = upload.Key };
        Add(upload, known);
        upload.Settle(size);
        if (hasBody)
        {
            Assert.Equal(size, OffsetOf(answer));
        }
    }

    private void Add(ModelUpload upload, ModelUpload? older)
    {
        if (older is not null)
        {
            older.Key = null;
        }

        _uploads.Add(upload);
    }

    // A body is appended where nothing is there yet; how much of it, the answer or a HEAD tells.
    private async Task SettleAdoptedAsync(ModelUpload known, RawAnswer answer, int size)
    {
        if (known.Low == 0 && !known.IsComplete)
        {
            known.High = Math.Max(known.High, Math.Min(size, known.Length ?? size));
        }

        known.Tell(answer["Upload-Offset"] is null ? await HeadAsync(known) : OffsetOf(answer));
    }

    private static ModelRequest Describe(Create step, long? length, string metadata, byte[] body)
    {
        var defers = length is null || step.Flaw == CreateFlaw.BothLengths;
        var request = new ModelRequest("POST", "/uploads")
            .With("Tus-Resumable", step.Flaw == CreateFlaw.WrongVersion ? "0.2.2" : Version)
            .With("Upload-Metadata", step.Flaw == CreateFlaw.BadMetadata ? "filename not-base64!" : metadata);
        if (step.Flaw != CreateFlaw.NoLength)
        {
            request
                .With("Upload-Length", step.Flaw == CreateFlaw.BadLength ? "-1" : step.Flaw == CreateFlaw.BothLengths ? $"{length ?? 1}" : $"{length}".NullIfEmpty())
                .With("Upload-Defer-Length", defers && step.Flaw != CreateFlaw.BadLength ? "1" : null);
        }

        return step.Body is null
            ? request.With("Content-Length", "0")
            : request.With("Content-Type", step.Flaw == CreateFlaw.WrongType ? "text/plain" : Bytes).Body(body, step.Framing);
    }

    private async Task AppendAsync(Append step)
    {
        if (Pick(step.Target) is not { } upload)
        {
            return;
        }

        if (!upload.IsGone && !upload.IsCertain)
        {
            upload.Tell(await HeadAsync(upload));
        }

        var offset = Math.Max(0, upload.Low + step.Astray);
        var declared = step.Declares is { } past ? Math.Max(0, offset + step.Size + past) : (long?)null;
        var request = Describe(step, upload, offset, declared);
        if (step is { Cut: { } at, Flaw: AppendFlaw.None or AppendFlaw.Overridden })
        {
            var sent = (int)((long)step.Size * at / 100);
            await request.CutAsync(server.Port, sent);
            upload.WasCut = true;
            if (step.Sum == Sum.None)
            {
                ExpectAfterCut(upload, offset, sent, declared);
            }
            else if (step.Sum == Sum.Right && sent == step.Size && !upload.IsGone)
            {
                // All of it was sent, so all of it may be kept. Of less than all, nothing is.
                ExpectAfterCut(upload, offset, sent, declared);
            }

            return;
        }

        var answer = await request.SendAsync(server.Port);
        if (answer.Status == 423 && upload.WasCut)
        {
            // The PATCH that was cut has come in meanwhile, and is the newer one for all that the server knows. What came with this one may count.
            await HearAfterAsync(upload, declared);
            return;
        }

        if (upload is { IsUnsettled: true, IsGone: false } && answer.Status is 409 or 413 or 400 or 403)
        {
            // As above, and its bytes and its length count: this client asks again.
            await HearAfterAsync(upload, declared);
            return;
        }

        var before = upload.ToString();
        var (status, reached) = Expect(step, upload, offset, declared);
        Assert.True(status == answer.Status, $"{answer.Status} instead of {status} at {offset} of {before}: {answer.Body}");
        if (status == 204)
        {
            Assert.Equal(reached, OffsetOf(answer));
            if (step.Size > 0 || !upload.IsUnsettled)
            {
                // Bytes moved the offset on; without them a PATCH that was cut may still come in at it.
                upload.Settle(reached);
                await PinLengthAsync(upload);
            }
        }
        else if (step is { Framing: Framing.Chunked, Sum: Sum.None } && status == 413 && step.Flaw is AppendFlaw.None or AppendFlaw.Overridden)
        {
            // What was committed on the way stays; how much that is, is the server's affair.
            upload.High = upload.Length ?? ConformanceServer.MaxSize;
            upload.Settle(await HeadAsync(upload));
        }
    }

    private async Task HearAfterAsync(ModelUpload upload, long? declared)
    {
        if (upload.IsGone)
        {
            return;
        }

        if (declared is { } length && upload.Length is null)
        {
            upload.MaybeLengths.Add(length);
        }

        upload.Tell(await HeadAsync(upload));
    }

    /// <summary>A length that came with a cut PATCH has been taken by now, or never will be: its offset is behind.</summary>
    private async Task PinLengthAsync(ModelUpload upload)
    {
        if (upload.Length is null && upload.MaybeLengths.Count > 0)
        {
            _ = await HeadAsync(upload);
        }

        upload.MaybeLengths.Clear();
    }

    private static ModelRequest Describe(Append step, ModelUpload upload, long offset, long? declared) =>
        new ModelRequest(step.Flaw == AppendFlaw.Overridden ? "POST" : "PATCH", upload.Path)
            .With("X-HTTP-Method-Override", step.Flaw == AppendFlaw.Overridden ? "PATCH" : null)
            .With("Tus-Resumable", step.Flaw == AppendFlaw.WrongVersion ? "2.0" : Version)
            .With("Upload-Offset", step.Flaw switch { AppendFlaw.NoOffset => null, AppendFlaw.BadOffset => "1.5", _ => $"{offset}" })
            .With("Upload-Length", declared?.ToString(CultureInfo.InvariantCulture))
            .With("Content-Type", step.Flaw == AppendFlaw.WrongType ? "application/octet-stream" : Bytes)
            .With("Upload-Checksum", step.Sum switch
            {
                Sum.None => null,
                Sum.Unknown => "sha3 AAAA",
                _ => $"sha256 {Convert.ToBase64String(SHA256.HashData(upload.Content(offset, step.Size)))}",
            })
            .Body(step.Sum == Sum.Wrong ? Spoil(upload.Content(offset, step.Size)) : upload.Content(offset, step.Size), step.Framing);

    private static byte[] Spoil(byte[] bytes)
    {
        if (bytes.Length > 0)
        {
            bytes[bytes.Length / 2] ^= 1;
        }

        return bytes;
    }

    /// <summary>The status, and the offset reached where it is 204. A length that was declared stays, whatever becomes of the bytes after it.</summary>
    private static (int Status, long Reached) Expect(Append step, ModelUpload upload, long offset, long? declared)
    {
        switch (step.Flaw)
        {
            case AppendFlaw.WrongVersion: return (412, 0);
            case AppendFlaw.WrongType: return (415, 0);
            case AppendFlaw.NoOffset or AppendFlaw.BadOffset: return (400, 0);
        }

        if (step.Sum != Sum.None)
        {
            return ExpectChecked(step, upload, offset, declared);
        }

        if (declared is { } length)
        {
            var refusal = length > ConformanceServer.MaxSize ? 413
                : upload.IsGone ? 404
                : upload.Length is { } known ? (known == length ? 0 : 400)
                : upload.Low != offset ? 409
                : upload.Low > length ? 400
                : 0;
            if (refusal != 0)
            {
                return (refusal, 0);
            }

            upload.Length = length;
        }

        return upload switch
        {
            { IsGone: true } => (404, 0),
            _ when upload.Low != offset => (409, 0),
            { IsComplete: true } => step.Size == 0 ? (204, offset) : (403, 0),
            _ when step.Size > (upload.Length ?? ConformanceServer.MaxSize) - offset => (413, 0),
            _ => (204, offset + step.Size),
        };
    }

    /// <summary>With a checksum the length becomes true with the bytes, or not at all.</summary>
    private static (int Status, long Reached) ExpectChecked(Append step, ModelUpload upload, long offset, long? declared)
    {
        var matches = step.Sum == Sum.Right || step.Size == 0;
        var most = upload.Length ?? declared ?? ConformanceServer.MaxSize;
        var status = step.Sum == Sum.Unknown ? 400
            : declared > ConformanceServer.MaxSize ? 413
            : upload.IsGone ? 404
            : upload.Low != offset ? 409
            : declared is not null && upload.Length is { } known && known != declared ? 400
            : upload.IsComplete ? (step.Size == 0 ? 204 : 403)
            : declared < offset ? 400
            : step.Size > most - offset ? 413
            : matches ? 204 : 460;
        if (status == 204)
        {
            upload.Length ??= declared;
        }

        return (status, offset + step.Size);
    }

    private static void ExpectAfterCut(ModelUpload upload, long offset, int sent, long? declared)
    {
        if (upload.IsGone)
        {
            return;
        }

        if (declared is { } length && upload.Length is null && upload.Low == offset && length >= offset && length <= ConformanceServer.MaxSize)
        {
            upload.MaybeLengths.Add(length);
        }

        var most = upload.Length ?? ConformanceServer.MaxSize;
        upload.IsUnsettled = true;
        if (upload.Low == offset)
        {
            upload.High = Math.Max(upload.High, Math.Min(offset + sent, most));
        }
    }

    private async Task AskAsync(Ask step)
    {
        if (Pick(step.Target) is not { } upload)
        {
            return;
        }

        if (step.Address == Address.Right && !upload.IsGone)
        {
            upload.Tell(await HeadAsync(upload));
            return;
        }

        var answer = await Elsewhere("HEAD", upload, step.Address).SendAsync(server.Port);
        Assert.Equal((404, null), (answer.Status, answer["Upload-Offset"]));
    }

    private async Task TerminateAsync(Terminate step)
    {
        if (Pick(step.Target) is not { } upload)
        {
            return;
        }

        if (step.Address == Address.Right && !upload.IsGone && !upload.IsCertain)
        {
            upload.Tell(await HeadAsync(upload));
        }

        var answer = await Elsewhere("DELETE", upload, step.Address).SendAsync(server.Port);
        if (answer.Status == 423 && upload.WasCut && step.Address == Address.Right)
        {
            // As a PATCH may be told.
            return;
        }

        if (step.Address != Address.Right || upload.IsGone)
        {
            Assert.Equal(404, answer.Status);
            return;
        }

        if (upload is { IsCertain: true, IsUnsettled: false })
        {
            Assert.Equal(upload.IsComplete ? 403 : 204, answer.Status);
        }
        else
        {
            Assert.Contains(answer.Status, (int[])[204, 403]);
        }

        upload.IsGone = answer.Status == 204;
    }

    private async Task NoiseAsync(Noise noise)
    {
        var answer = await new ModelRequest(noise.Method, noise.Path)
            .With("Tus-Resumable", Version)
            .With(noise.Header, noise.Value)
            .With("Content-Length", noise.Method is "GET" or "HEAD" or "TRACE" ? null : "0")
            .SendAsync(server.Port);
        Assert.InRange(answer.Status, 200, 499);
    }

    /// <summary>What HEAD says, after everything in it was compared.</summary>
    private async Task<long> HeadAsync(ModelUpload upload)
    {
        var answer = await Elsewhere("HEAD", upload, Address.Right).SendAsync(server.Port);
        Assert.Equal((200, "no-store", upload.Metadata), (answer.Status, answer["Cache-Control"], answer["Upload-Metadata"]));
        if (upload.Length is null && long.TryParse(answer["Upload-Length"], CultureInfo.InvariantCulture, out var told) && upload.MaybeLengths.Contains(told))
        {
            upload.Length = told;
            upload.High = Math.Min(upload.High, told);
        }

        Assert.Equal((upload.Length?.ToString(CultureInfo.InvariantCulture), upload.Length is null ? "1" : null), (answer["Upload-Length"], answer["Upload-Defer-Length"]));
        return OffsetOf(answer);
    }

    private async Task FinishAsync(ModelUpload upload)
    {
        for (var tries = 0; !upload.IsComplete; tries++)
        {
            Assert.InRange(tries, 0, 5);
            upload.Tell(await HeadAsync(upload));
            var end = upload.Length ?? upload.High;
            var answer = await Describe(
                new(0, 0, (int)(end - upload.Low), null, Framing.ContentLength, AppendFlaw.None, null), upload, upload.Low, upload.Length is null ? end : null)
                .SendAsync(server.Port);
            if (answer.Status == 204)
            {
                upload.Length = end;
                upload.Settle(end);
            }
            else
            {
                var isLate = (answer.Status == 423 && upload.WasCut) || (upload.IsUnsettled && answer.Status is 409 or 400 or 403);
                Assert.True(isLate, $"{answer.Status} to the end of {upload}: {answer.Body}");
                await HearAfterAsync(upload, upload.Length is null ? end : null);
            }
        }

        var id = new Uri(upload.Path, UriKind.Relative).Id();
        var file = await server.Client.EndedFileAsync(id);
        Assert.Equal("ready", file.GetProperty("processingStatus").GetString());
        Assert.Equal(
            upload.Content(0, upload.Length!.Value), await server.Client.GetByteArrayAsync(new Uri($"/api/v1/files/{id}/content", UriKind.Relative), Ct));
    }

    private static ModelRequest Elsewhere(string method, ModelUpload upload, Address address) => new ModelRequest(method, address switch
    {
        Address.Unknown => $"/uploads/{Guid.CreateVersion7()}",
        Address.Garbage => upload.Path[..^1],
        _ => upload.Path,
    }).With("Tus-Resumable", Version).With("X-TusUpload-User", address == Address.OtherUser ? "mallory" : null);

    private ModelUpload? Pick(int target) => _uploads.Count == 0 ? null : _uploads[target % _uploads.Count];

    private static long OffsetOf(RawAnswer answer) => long.Parse(answer["Upload-Offset"]!, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}

internal static class Texts
{
    public static string? NullIfEmpty(this string text) => text.Length == 0 ? null : text;
}
