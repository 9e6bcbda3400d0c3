using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Events;

namespace TusUpload.UnitTests.Protocol.Events;

public sealed class TusEventsTests
{
    [Fact]
    public async Task The_events_of_an_uploads_life_come_in_order_and_completion_once()
    {
        var told = new List<string>();
        await using var server = await TusServer.StartAsync(options => Tell(options.Events, told));

        var created = await server.TusAsync("POST", "/uploads", "", "Upload-Length: 5", "Upload-Metadata: a aGk=");
        var path = created["Location"]!;
        await server.TusAsync("HEAD", path, "");
        await server.TusAsync("PATCH", path, "hel", "Upload-Offset: 0");
        await server.TusAsync("PATCH", path, "lo", "Upload-Offset: 3");
        await server.TusAsync("PATCH", path, "", "Upload-Offset: 5");
        await server.TusAsync("DELETE", path, "");

        Assert.Equal(
            [
                "authorize CreateFile", "before create hi 5", "created hi 5", "authorize GetFileInfo", "authorize WriteFile",
                "authorize WriteFile", "complete 5", "authorize WriteFile", "authorize DeleteFile", "before delete", "deleted",
            ],
            told);
    }

    [Fact]
    public async Task An_upload_completed_by_its_creation_or_by_its_length_is_told_once()
    {
        var told = new List<string>();
        await using var server = await TusServer.StartAsync(options => options.Events.OnFileComplete = context =>
        {
            told.Add($"complete {context.Upload.Length}");
            return Task.CompletedTask;
        });

        await server.TusAsync("POST", "/uploads", "", "Upload-Length: 0");
        await server.TusAsync("POST", "/uploads", "hello", "Upload-Length: 5");
        var path = $"/uploads/{server.Store.Add(null, null, "hey")}";
        await server.TusAsync("PATCH", path, "", "Upload-Offset: 3", "Upload-Length: 3");
        await server.TusAsync("PATCH", path, "", "Upload-Offset: 3", "Upload-Length: 3");
        var open = $"/uploads/{server.Store.Add(null, null, "hey")}";
        await server.TusAsync("PATCH", open, "you", "Upload-Offset: 3", "Upload-Length: 6");

        Assert.Equal(["complete 0", "complete 5", "complete 3", "complete 6"], told);
    }

    [Fact]
    public async Task Events_refuse_before_anything_is_done()
    {
        await using var server = await TusServer.StartAsync(options =>
        {
            options.Events.OnAuthorize = context =>
            {
                if (context.Intent == TusIntent.WriteFile)
                {
                    context.FailRequest(403, "Not yours.");
                }

                return Task.CompletedTask;
            };
            options.Events.OnBeforeCreate = context =>
            {
                context.FailRequest(new TusError(413, "too_many", "Too many."));
                return Task.CompletedTask;
            };
            options.Events.OnBeforeDelete = context =>
            {
                context.FailRequest(400, "Never.");
                return Task.CompletedTask;
            };
        });
        var id = server.Store.Add(5);

        var post = await server.TusAsync("POST", "/uploads", "", "Upload-Length: 5");
        var patch = await server.TusAsync("PATCH", $"/uploads/{id}", "hello", "Upload-Offset: 0");
        var delete = await server.TusAsync("DELETE", $"/uploads/{id}", "");

        Assert.Equal((413, "too_many"), (post.Status, post.Code));
        Assert.Equal((403, "refused"), (patch.Status, patch.Code));
        Assert.Equal((400, "refused"), (delete.Status, delete.Code));
        Assert.Equal(0, server.Store.OffsetOf(id));
    }

    [Fact]
    public async Task Trouble_in_an_event_after_the_fact_changes_no_answer()
    {
        await using var server = await TusServer.StartAsync(options =>
            options.Events.OnFileComplete = _ => throw new InvalidOperationException("No mail today."));

        var answer = await server.TusAsync("PATCH", $"/uploads/{server.Store.Add(5)}", "hello", "Upload-Offset: 0");

        Assert.Equal((204, "5"), (answer.Status, answer["Upload-Offset"]));
        Assert.Equal(1010, Assert.Single(server.Log.Errors).EventId);
    }

    private static void Tell(TusEvents events, List<string> told)
    {
        events.OnAuthorize = context => Add($"authorize {context.Intent}");
        events.OnBeforeCreate = context => Add($"before create {context.Metadata.Find("a")} {context.Length}");
        events.OnCreateComplete = context => Add($"created {context.Metadata.Find("a")} {context.Length}");
        events.OnFileComplete = context => Add($"complete {context.Upload.Offset}");
        events.OnBeforeDelete = _ => Add("before delete");
        events.OnDeleteComplete = _ => Add("deleted");

        Task Add(string line)
        {
            told.Add(line);
            return Task.CompletedTask;
        }
    }
}
