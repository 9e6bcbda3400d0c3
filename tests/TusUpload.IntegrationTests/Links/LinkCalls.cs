using System.Net;
using System.Text;
using System.Text.Json;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Server.Auth.Links;

namespace TusUpload.IntegrationTests.Links;

/// <summary>Share links as their owners and their visitors call for them.</summary>
internal static class LinkCalls
{
    public static readonly string[] Images = ["image/*"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A link as its owner sees it.</summary>
    public static async Task<JsonElement> MakeLinkAsync(this HttpClient owner, object? terms = null)
    {
        using var answer = await owner.PostJsonAsync("/api/v1/links", terms ?? new { });
        return await answer.JsonAsync(HttpStatusCode.Created);
    }

    public static Task<JsonElement> LinkAsync(this HttpClient owner, JsonElement link) => owner.GetJsonAsync($"/api/v1/links/{link.Text("id")}");

    public static async Task<HttpResponseMessage> ChangeLinkAsync(this HttpClient owner, JsonElement link, string terms, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/links/{link.Text("id")}")
        {
            Content = new StringContent(terms, Encoding.UTF8, "application/json"),
        };
        if (ifMatch is not null)
        {
            request.Headers.Add("If-Match", ifMatch);
        }

        return await owner.SendAsync(request, Ct);
    }

    public static async Task RevokeAsync(this HttpClient owner, JsonElement link)
    {
        using var answer = await owner.DeleteAsync($"/api/v1/links/{link.Text("id")}", Ct);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }

    public static Task<HttpResponseMessage> VisitAsync(this HttpClient visitor, JsonElement link, string? password = null, string? before = null) =>
        visitor.PostJsonAsync($"/api/v1/links/{link.Text("slug")}/session", new { password, visitor = before });

    /// <summary>A visitor of the link, signed in with its link token.</summary>
    public static async Task<HttpClient> VisitorAsync(this RunningServer server, JsonElement link, string? password = null) =>
        server.ClientWith(await server.LinkTokenAsync(link, password));

    public static async Task<string> LinkTokenAsync(this RunningServer server, JsonElement link, string? password = null)
    {
        using var nobody = server.ClientWith(null);
        using var answer = await nobody.VisitAsync(link, password);
        return (await answer.JsonAsync(HttpStatusCode.OK)).Text("token")!;
    }

    /// <summary>A link token as it would be with another end.</summary>
    public static async Task<string> AgedAsync(this RunningServer server, string token, TimeSpan end)
    {
        var key = await server.WithDbAsync(db => db.Secrets.Where(secret => secret.Name == "link-tokens").Select(secret => secret.Value).SingleAsync(Ct));
        return (LinkToken.Read(token, key)! with { ExpiresAt = TimeProvider.System.GetUtcNow() + end }).Sign(key);
    }

    /// <summary>Upload-Metadata.</summary>
    public static string Metadata(params (string Key, string Value)[] pairs) =>
        string.Join(',', pairs.Select(pair => $"{pair.Key} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Value))}"));

    /// <summary>Upload-Metadata that names a link by its slug.</summary>
    public static string Through(JsonElement link, params (string Key, string Value)[] pairs) =>
        Metadata([("filename", "a file"), ("linkId", link.Text("slug")!), .. pairs]);

    /// <summary>
    /// Lets the link's time run out, after everything that was begun through it. The server's clock is the database's as it estimates it, and may be a few
    /// milliseconds behind.
    /// </summary>
    public static async Task ExpireAsync(this RunningServer server, JsonElement link)
    {
        var clock = server.Services.GetRequiredService<TimeProvider>();
        var end = clock.GetUtcNow();
        await server.WithDbAsync(db => db.Database.ExecuteSqlAsync(
            $"UPDATE tus_upload.links SET expires_at = {end} WHERE id = {link.GetProperty("id").GetGuid()}", Ct));
        await Eventually.FindAsync(() => Task.FromResult(clock.GetUtcNow() > end ? link.ToString() : null), "the end of the link");
    }
}
