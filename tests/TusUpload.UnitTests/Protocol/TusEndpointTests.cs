using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.Protocol;

namespace TusUpload.UnitTests.Protocol;

public sealed class TusEndpointTests
{
    [Fact]
    public async Task Authorisation_holds_for_every_verb_and_leaves_options_open()
    {
        await using var server = await TusServer.StartAsync(
            services: services =>
            {
                services.AddAuthorization();
                services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie(cookie =>
                    cookie.Events.OnRedirectToLogin = context =>
                    {
                        context.Response.StatusCode = 401;
                        return Task.CompletedTask;
                    });
            },
            pipeline: app =>
            {
                app.UseRouting();
                app.UseTusCors();
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapTus().RequireAuthorization();
            });
        var id = server.Store.Add(10);

        var options = await server.SendAsync("OPTIONS", $"/uploads/{id}", "", "Access-Control-Request-Method: PATCH", "Origin: https://a.b");
        var smuggled = await server.TusAsync("OPTIONS", $"/uploads/{id}", "", "X-HTTP-Method-Override: DELETE");
        var post = await server.TusAsync("POST", "/uploads", "", "Upload-Length: 1", "Origin: https://a.b");

        Assert.Equal((204, "https://a.b"), (options.Status, options["Access-Control-Allow-Origin"]));
        Assert.Equal(204, smuggled.Status);
        Assert.True(server.Store.Has(id));
        Assert.Equal((401, "https://a.b"), (post.Status, post["Access-Control-Allow-Origin"]));
        foreach (var method in (string[])["HEAD", "PATCH", "DELETE", "GET"])
        {
            Assert.Equal(401, (await server.TusAsync(method, $"/uploads/{id}", "", "Upload-Offset: 0")).Status);
        }
    }

    [Fact]
    public async Task The_path_comes_from_the_options_where_none_is_given()
    {
        await using var server = await TusServer.StartAsync(options => options.Path = "/files", pipeline: app => app.MapTus());

        Assert.StartsWith("/files/", (await server.TusAsync("POST", "/files", "", "Upload-Length: 1"))["Location"], StringComparison.Ordinal);
        Assert.Equal(404, (await server.TusAsync("POST", "/uploads", "", "Upload-Length: 1")).Status);
    }
}
