namespace TusUpload.UnitTests.Protocol.Verbs;

public sealed class ConcatenateUploadsTests
{
    private static readonly Guid Id = Guid.CreateVersion7();
    private static readonly Guid Part = Guid.CreateVersion7();
    private static readonly string Concat = $"final;/uploads/{Part}";

    [Fact]
    public async Task A_partial_upload_says_so_and_completes_nothing()
    {
        var store = new JoiningStore();
        var complete = 0;
        await using var server = await TusServer.StartAsync(options => options.Events.OnFileComplete = _ => Task.FromResult(complete++), store);

        var answer = await server.TusAsync(
            "POST", "/uploads", "hello", "Upload-Length: 5", "Upload-Concat: partial", "Idempotency-Key: of-the-whole");

        Assert.Equal((201, "partial", "5"), (answer.Status, answer["Upload-Concat"], answer["Upload-Offset"]));
        Assert.Equal((true, 0), (store.LastCreation!.IsPartial, complete));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_final_upload_is_made_of_its_parts_and_told_of_once(bool adopted)
    {
        var store = new JoiningStore { Final = new(Id, 5, 5, null, null) { Concat = Concat, IsAdopted = adopted } };
        var told = new List<string>();
        await using var server = await TusServer.StartAsync(
            options =>
            {
                options.MaxSize = 77;
                options.Events.OnCreateComplete = _ => Tell("created");
                options.Events.OnFileComplete = _ => Tell("complete");
            },
            store);

        var answer = await server.TusAsync("POST", "/uploads", "", $"Upload-Concat: {Concat}", "Upload-Metadata: filename aGk=", "Idempotency-Key: k");

        Assert.Equal((201, $"/uploads/{Id}", Concat), (answer.Status, answer["Location"], answer["Upload-Concat"]));
        var request = store.LastConcatenation!;
        Assert.Equal((Concat, "hi", "k", 77), (request.Concat, request.Metadata.Find("filename"), request.ResumeKey, request.Largest));
        Assert.Equal([Part], request.Parts);
        Assert.Equal(adopted ? [] : ["created", "complete"], told);

        Task Tell(string what)
        {
            told.Add(what);
            return Task.CompletedTask;
        }
    }

    [Theory]
    [InlineData("Upload-Length: 5")]
    [InlineData("Upload-Length: nonsense")]
    [InlineData("Upload-Defer-Length: 1")]
    public async Task A_final_upload_with_a_length_is_refused(string header)
    {
        var store = new JoiningStore();
        await using var server = await TusServer.StartAsync(store: store);

        var answer = await server.TusAsync("POST", "/uploads", "", $"Upload-Concat: {Concat}", header);

        Assert.Equal((400, "final_has_content", null), (answer.Status, answer.Code, store.LastConcatenation));
    }

    [Fact]
    public async Task A_final_upload_with_a_body_is_refused_and_a_malformed_one_too()
    {
        await using var server = await TusServer.StartAsync(store: new JoiningStore());

        var body = await server.TusAsync("POST", "/uploads", "hello", $"Upload-Concat: {Concat}");
        var malformed = await server.TusAsync("POST", "/uploads", "", "Upload-Concat: final");
        var metadata = await server.TusAsync("POST", "/uploads", "", $"Upload-Concat: {Concat}", "Upload-Metadata: a !");

        Assert.Equal((400, "final_has_content"), (body.Status, body.Code));
        Assert.Equal((400, "invalid_concat"), (malformed.Status, malformed.Code));
        Assert.Equal((400, "invalid_metadata"), (metadata.Status, metadata.Code));
    }

    [Fact]
    public async Task An_unfinished_final_upload_shows_no_offset()
    {
        var end = DateTimeOffset.UnixEpoch.AddDays(365);
        var store = new JoiningStore { Final = new(Id, 0, 0, null, end) { Concat = Concat, IsOpen = true } };
        await using var server = await TusServer.StartAsync(store: store);

        var head = await server.TusAsync("HEAD", $"/uploads/{Id}", "");
        store.Final = store.Final with { Length = null };
        var unknown = await server.TusAsync("HEAD", $"/uploads/{Id}", "");

        Assert.Equal((200, null, "0", Concat), (head.Status, head["Upload-Offset"], head["Upload-Length"], head["Upload-Concat"]));
        Assert.Equal("Fri, 01 Jan 1971 00:00:00 GMT", head["Upload-Expires"]);
        Assert.Equal((200, null, null), (unknown.Status, unknown["Upload-Length"], unknown["Upload-Defer-Length"]));
    }

    [Fact]
    public async Task A_store_without_the_ability_refuses_it_and_one_with_it_is_advertised()
    {
        await using var without = await TusServer.StartAsync();
        await using var with = await TusServer.StartAsync(store: new JoiningStore());

        var refused = await without.TusAsync("POST", "/uploads", "", "Upload-Length: 1", "Upload-Concat: partial");
        var options = await with.SendAsync("OPTIONS", "/uploads", "");

        Assert.Equal((400, "concat_unsupported"), (refused.Status, refused.Code));
        Assert.Equal("creation,creation-with-upload,concatenation,concatenation-unfinished", options["Tus-Extension"]);
    }
}
