using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.ConformanceTests.Extensions;

/// <summary>creation: Upload-Metadata.</summary>
public abstract class MetadataTests(ConformanceServer server)
{
    private HttpClient Client => server.Http;

    [Theory]
    [Clause("creation-metadata-1", "MUST", "Upload-Metadata is pairs divided by commas, key and value divided by a space; anything else is refused.")]
    [InlineData("filename aGVsbG8=", 201)]
    [InlineData("filename aGVsbG8=,other dGV4dA==", 201)]
    [InlineData("filename aGVsbG8=;other dGV4dA==", 400)]
    [InlineData("filename=aGVsbG8= dGV4dA== aGk=", 400)]
    [InlineData("filename aGVsbG8=,", 400)]
    public Task CREATION_METADATA_1_is_pairs_divided_by_commas(string metadata, int status) => AssertAsync(metadata, status);

    [Theory]
    [Clause("creation-metadata-2", "MUST", "A key is not empty and holds neither spaces nor commas.")]
    [InlineData(",filename aGVsbG8=")]
    [InlineData("filename aGVsbG8=,,other dGV4dA==")]
    [InlineData("file name aGVsbG8=")]
    public Task CREATION_METADATA_2_keys_are_not_empty_and_have_no_blanks(string metadata) => AssertAsync(metadata, 400);

    [Theory]
    [Clause("creation-metadata-4", "MUST", "A value is base64.")]
    [InlineData("filename !!!!")]
    [InlineData("filename aGVsbG8")]
    [InlineData("filename hello.txt")]
    [InlineData("filename aGVs-G8=")]
    public Task CREATION_METADATA_4_values_are_base64(string metadata) => AssertAsync(metadata, 400);

    [Theory]
    [Clause("creation-metadata-5", "MUST", "No key comes twice.")]
    [InlineData("filename aGVsbG8=,filename dGV4dA==")]
    [InlineData("flag,filename aGVsbG8=,flag")]
    public Task CREATION_METADATA_5_keys_come_once(string metadata) => AssertAsync(metadata, 400);

    [Theory]
    [Clause("creation-metadata-6", "MAY", "A value may be empty, with or without the space before it.")]
    [InlineData("is_confidential")]
    [InlineData("is_confidential ,filename aGVsbG8=")]
    [InlineData("filename aGVsbG8=,is_confidential")]
    public Task CREATION_METADATA_6_values_may_be_empty(string metadata) => AssertAsync(metadata, 201);

    [Fact]
    [Clause("creation-metadata-7", "MUST", "HEAD gives Upload-Metadata back as it was given.")]
    public async Task CREATION_METADATA_7_comes_back_as_it_was_given()
    {
        const string Given = "filename 5pWw5o2uLnR4dA==,is_confidential,filetype dGV4dC9wbGFpbg==";
        var upload = await Client.CreateAsync(5, Given);
        using var fresh = await Client.HeadAsync(upload);
        Assert.Equal(204, await TusRequest.Patch(upload, 0, "hello").StatusAsync(Client));
        using var complete = await Client.HeadAsync(upload);
        using var none = await Client.HeadAsync(await Client.CreateAsync(5));

        Assert.Equal((Given, Given, null), (fresh.Header("Upload-Metadata"), complete.Header("Upload-Metadata"), none.Header("Upload-Metadata")));
    }

    private async Task AssertAsync(string metadata, int status)
    {
        using var answer = await TusRequest.Post(10).With("Upload-Metadata", metadata).SendAsync(Client);

        Assert.Equal((status, status == 201), (answer.Status(), answer.Headers.Location is not null));
    }
}

[Collection<OverHttp1>]
public sealed class MetadataTestsOverHttp1(Http1Server server) : MetadataTests(server);

[Collection<OverHttp2>]
public sealed class MetadataTestsOverHttp2(Http2Server server) : MetadataTests(server);

[Collection<ThroughNginx>]
public sealed class MetadataTestsThroughNginx(NginxServer server) : MetadataTests(server);

[Collection<ThroughHAProxy>]
public sealed class MetadataTestsThroughHAProxy(HAProxyServer server) : MetadataTests(server);

[Collection<ThroughCaddy>]
public sealed class MetadataTestsThroughCaddy(CaddyServer server) : MetadataTests(server);
