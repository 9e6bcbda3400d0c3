using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.ConformanceTests.Extensions;

/// <summary>concatenation and concatenation-unfinished: several partial uploads become one final upload.</summary>
public abstract class ConcatenationTests(ConformanceServer server)
{
    private HttpClient Client => server.Http;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Clause("concatenation-1", "MUST", "Tus-Extension lists concatenation.")]
    public async Task CONCATENATION_1_is_advertised() => Assert.Contains("concatenation", await Client.ExtensionsAsync());

    [Fact]
    [Clause("concatenation-2", "MUST", "Upload-Concat: partial makes a partial upload, which takes bytes like any other.")]
    public async Task CONCATENATION_2_a_partial_upload_takes_bytes()
    {
        using var answer = await TusRequest.Post(5).With("Upload-Concat", "partial").SendAsync(Client);

        Assert.Equal((201, "partial"), (answer.Status(), answer.Header("Upload-Concat")));
        Assert.Equal(204, await TusRequest.Patch(answer.Headers.Location!, 0, "hello").StatusAsync(Client));
    }

    [Fact]
    [Clause("concatenation-3", "SHOULD", "A partial upload is not processed before it is a part of a final one.")]
    public async Task CONCATENATION_3_a_partial_upload_is_no_file()
    {
        var part = await Client.UploadPartAsync([1]);
        var final = await Client.JoinAsync([await Client.UploadPartAsync([2])]);
        await Client.EndedFileAsync(final.Id());

        using var file = await Client.GetAsync(new Uri($"/api/v1/files/{part.Id()}", UriKind.Relative), Ct);
        Assert.Equal(404, file.Status());
    }

    [Fact]
    [Clause("concatenation-4", "MUST", "The length of a final upload is the sum of the lengths of its parts.")]
    public async Task CONCATENATION_4_the_length_is_the_sum()
    {
        var final = await Client.JoinAsync([await Client.UploadPartAsync(new byte[30]), await Client.UploadPartAsync(new byte[12])]);

        using var head = await Client.HeadAsync(final);
        Assert.Equal("42", head.Header("Upload-Length"));
    }

    [Theory]
    [Clause("concatenation-5", "MUST", "Upload-Concat is partial, or final; and a list of addresses with blanks between them: anything else is refused.")]
    [InlineData("final")]
    [InlineData("final;")]
    [InlineData("neither")]
    [InlineData("partial;x")]
    public async Task CONCATENATION_5_another_value_is_refused(string value) =>
        Assert.Equal(400, await TusRequest.Post(5).With("Upload-Concat", value).StatusAsync(Client));

    [Fact]
    [Clause("concatenation-6", "MUST", "Parts are put together in the order of the list.")]
    public async Task CONCATENATION_6_the_order_is_kept()
    {
        Uri[] parts = [await Client.UploadPartAsync("one "u8.ToArray()), await Client.UploadPartAsync("two "u8.ToArray()), await Client.UploadPartAsync("three"u8.ToArray())];

        var final = await Client.JoinAsync([parts[2], parts[0], parts[1]]);

        await Client.EndedFileAsync(final.Id());
        Assert.Equal("threeone two ", await Client.GetStringAsync(new Uri($"/api/v1/files/{final.Id()}/content", UriKind.Relative), Ct));
    }

    [Fact]
    [Clause("concatenation-7", "MUST", "A final upload is made without Upload-Length: with it, the request is refused. So it is with bytes.")]
    public async Task CONCATENATION_7_a_final_upload_has_no_length_of_its_own()
    {
        var part = await Client.UploadPartAsync([1]);

        Assert.Equal(400, await TusRequest.Post(1).With("Upload-Concat", $"final;{part}").StatusAsync(Client));
        Assert.Equal(400, await TusRequest.Post().With("Upload-Concat", $"final;{part}").Body("x").StatusAsync(Client));
        Assert.Equal(201, await TusRequest.Post().With("Upload-Concat", $"final;{part}").StatusAsync(Client));
    }

    [Fact]
    [Clause("concatenation-8", "MAY", "Addresses of parts are absolute or relative.")]
    public async Task CONCATENATION_8_addresses_are_absolute_or_relative()
    {
        var (relative, absolute) = (await Client.UploadPartAsync([1]), new Uri(Client.BaseAddress!, await Client.UploadPartAsync([2])));

        var final = await Client.JoinAsync([relative, absolute]);

        Assert.Equal(2, await Client.OffsetAsync(final));
    }

    [Fact]
    [Clause("concatenation-9", "MUST", "A part's metadata does not become its final's.")]
    public async Task CONCATENATION_9_metadata_of_parts_stays_theirs()
    {
        var final = await Client.JoinAsync([await Client.UploadPartAsync([1], "filename cGFydA==")]);

        using var head = await Client.HeadAsync(final);
        Assert.Null(head.Header("Upload-Metadata"));
        Assert.Equal("unnamed", (await Client.EndedFileAsync(final.Id())).GetProperty("fileName").GetString());
    }

    [Fact]
    [Clause("concatenation-10", "SHOULD", "A final upload takes its metadata from its own request.")]
    public async Task CONCATENATION_10_metadata_comes_with_the_final()
    {
        var final = await Client.JoinAsync([await Client.UploadPartAsync([1])], "filename d2hvbGU=");

        using var head = await Client.HeadAsync(final);
        Assert.Equal("filename d2hvbGU=", head.Header("Upload-Metadata"));
        Assert.Equal("whole", (await Client.EndedFileAsync(final.Id())).GetProperty("fileName").GetString());
    }

    [Fact]
    [Clause("concatenation-11", "MUST", "PATCH to a final upload is answered 403 and changes neither it nor its parts.")]
    public async Task CONCATENATION_11_a_final_upload_takes_no_bytes()
    {
        var (whole, open) = (await Client.UploadPartAsync([1]), await Client.CreatePartAsync(5));
        var finished = await Client.JoinAsync([whole]);
        var unfinished = await Client.JoinAsync([open]);

        foreach (var offset in (long[])[0, 1, 3])
        {
            Assert.Equal(403, await TusRequest.Patch(finished, offset, "x").StatusAsync(Client));
            Assert.Equal(403, await TusRequest.Patch(unfinished, offset, "x").StatusAsync(Client));
            Assert.Equal(403, await TusRequest.Patch(unfinished, offset, "x").With("Upload-Length", "9").StatusAsync(Client));
        }

        Assert.Equal((1, 0), (await Client.OffsetAsync(finished), await Client.OffsetAsync(open)));
    }

    [Fact]
    [Clause("concatenation-12", "SHOULD", "HEAD of a final upload that is not finished carries no Upload-Offset.")]
    public async Task CONCATENATION_12_an_unfinished_final_has_no_offset()
    {
        var final = await Client.JoinAsync([await Client.CreatePartAsync(5)]);

        using var head = await Client.HeadAsync(final);
        Assert.Equal((200, null), (head.Status(), head.Header("Upload-Offset")));
    }

    [Fact]
    [Clause("concatenation-13", "MUST", "HEAD of a final upload that is finished carries Upload-Offset and Upload-Length, and they are equal.")]
    public async Task CONCATENATION_13_a_finished_final_is_at_its_length()
    {
        var final = await Client.JoinAsync([await Client.UploadPartAsync([1]), await Client.UploadPartAsync([2])]);

        using var head = await Client.HeadAsync(final);
        Assert.Equal(("2", "2"), (head.Header("Upload-Offset"), head.Header("Upload-Length")));
    }

    [Fact]
    [Clause("concatenation-14", "MUST", "HEAD of a partial upload carries Upload-Offset, also after it has become a part.")]
    public async Task CONCATENATION_14_a_partial_upload_tells_its_offset()
    {
        var part = await Client.CreatePartAsync(3);
        Assert.Equal(0, await Client.OffsetAsync(part));
        Assert.Equal(204, await TusRequest.Patch(part, 0, "abc").StatusAsync(Client));
        await Client.JoinAsync([part]);

        Assert.Equal(3, await Client.OffsetAsync(part));
    }

    [Fact]
    [Clause("concatenation-15", "MUST", "HEAD carries Upload-Length of a final upload as soon as it can be computed.")]
    public async Task CONCATENATION_15_the_length_is_told_when_it_is_known()
    {
        var deferred = await Client.CreatePartAsync(null);
        var final = await Client.JoinAsync([deferred, await Client.CreatePartAsync(5)]);
        using var before = await Client.HeadAsync(final);
        Assert.Equal(204, await TusRequest.Patch(deferred, 0, "a").With("Upload-Length", "3").StatusAsync(Client));

        using var after = await Client.HeadAsync(final);
        Assert.Equal((null, "8"), (before.Header("Upload-Length"), after.Header("Upload-Length")));
    }

    [Fact]
    [Clause("concatenation-16", "MUST", "HEAD of a partial or final upload carries Upload-Concat as it was given.")]
    public async Task CONCATENATION_16_Upload_Concat_comes_back_to_the_letter()
    {
        var part = await Client.UploadPartAsync([1]);
        var concat = $"final;{new Uri(Client.BaseAddress!, part)}?any=thing";
        using var answer = await TusRequest.Post().With("Upload-Concat", concat).SendAsync(Client);

        using var ofPart = await Client.HeadAsync(part);
        using var ofFinal = await Client.HeadAsync(answer.Headers.Location!);
        Assert.Equal((concat, "partial", concat), (answer.Header("Upload-Concat"), ofPart.Header("Upload-Concat"), ofFinal.Header("Upload-Concat")));
    }

    [Fact]
    [Clause("concatenation-unfinished-1", "MUST", "Tus-Extension lists concatenation-unfinished, and parts may go on after their final was made.")]
    public async Task CONCATENATION_UNFINISHED_1_parts_go_on_after_their_final_was_made()
    {
        Uri[] parts = [await Client.CreatePartAsync(3), await Client.CreatePartAsync(2)];
        var final = await Client.JoinAsync(parts);

        Assert.Equal(204, await TusRequest.Patch(parts[1], 0, "de").StatusAsync(Client));
        Assert.Equal(204, await TusRequest.Patch(parts[0], 0, "abc").StatusAsync(Client));

        Assert.Contains("concatenation-unfinished", await Client.ExtensionsAsync());
        Assert.Equal(5, await Client.OffsetAsync(final));
        await Client.EndedFileAsync(final.Id());
        Assert.Equal("abcde", await Client.GetStringAsync(new Uri($"/api/v1/files/{final.Id()}/content", UriKind.Relative), Ct));
    }
}

[Collection<OverHttp1>]
public sealed class ConcatenationTestsOverHttp1(Http1Server server) : ConcatenationTests(server);

[Collection<OverHttp2>]
public sealed class ConcatenationTestsOverHttp2(Http2Server server) : ConcatenationTests(server);

[Collection<ThroughNginx>]
public sealed class ConcatenationTestsThroughNginx(NginxServer server) : ConcatenationTests(server);

[Collection<ThroughHAProxy>]
public sealed class ConcatenationTestsThroughHAProxy(HAProxyServer server) : ConcatenationTests(server);

[Collection<ThroughCaddy>]
public sealed class ConcatenationTestsThroughCaddy(CaddyServer server) : ConcatenationTests(server);
