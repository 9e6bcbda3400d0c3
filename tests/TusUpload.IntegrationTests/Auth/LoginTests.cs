using System.Net;

using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Auth;

/// <summary>Operators' browsers: a token is given once for a cookie, which opens their pages and nothing else.</summary>
public sealed class LoginTests(JwtTests.Server server) : IClassFixture<JwtTests.Server>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_page_that_needs_a_sign_in_leads_to_it_and_back()
    {
        using var browser = server.ClientWith(null);

        using var first = await PageAsync(browser, "/hangfire/jobs/enqueued", null);
        Assert.Equal(HttpStatusCode.Found, first.StatusCode);
        Assert.Equal("/login?returnTo=%2Fhangfire%2Fjobs%2Fenqueued", first.Headers.Location!.PathAndQuery);
        using var form = await PageAsync(browser, first.Headers.Location.PathAndQuery, null);
        Assert.Contains("value=\"/hangfire/jobs/enqueued\"", await form.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        using var signedIn = await SignInAsync(browser, Tokens.Of("olga", "operator"), "/hangfire/jobs/enqueued");
        Assert.Equal("/hangfire/jobs/enqueued", signedIn.Headers.Location!.OriginalString);

        using var page = await PageAsync(browser, "/hangfire/jobs/enqueued", CookieOf(signedIn));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task The_cookie_is_hidden_from_scripts_and_opens_no_api()
    {
        using var browser = server.ClientWith(null);
        using var signedIn = await SignInAsync(browser, Tokens.Of("olga", "operator"), null);

        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/files") { Headers = { { "Cookie", CookieOf(signedIn) } } };
        await (await browser.SendAsync(request, Ct)).IsProblemAsync(HttpStatusCode.Unauthorized, "sign_in_required");
    }

    [Theory]
    [InlineData("observer", true)]
    [InlineData("operator", false)]
    public async Task An_observer_sees_the_jobs_and_changes_none(string role, bool isReadOnly)
    {
        using var browser = server.ClientWith(null);
        using var signedIn = await SignInAsync(browser, Tokens.Of("olga", role), null);

        using var page = await PageAsync(browser, "/hangfire/jobs/failed", CookieOf(signedIn));
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        using var change = new HttpRequestMessage(HttpMethod.Post, "/hangfire/jobs/failed/requeue")
        {
            Headers = { { "Cookie", CookieOf(signedIn) } },
            Content = new FormUrlEncodedContent([new("jobs[]", "1")]),
        };
        using var answer = await browser.SendAsync(change, Ct);
        Assert.Equal(isReadOnly, answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("nonsense", HttpStatusCode.Unauthorized)]
    [InlineData(null, HttpStatusCode.Forbidden)]
    public async Task Who_is_no_operator_gets_none(string? token, HttpStatusCode expected)
    {
        using var browser = server.ClientWith(null);

        using var answer = await SignInAsync(browser, token ?? Tokens.Of("ann"), null);

        Assert.Equal(expected, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Contains("role=\"alert\"", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//evil.test/")]
    [InlineData(@"/\evil.test/")]
    [InlineData("https://evil.test/")]
    [InlineData("")]
    public async Task It_leads_nowhere_else(string returnTo)
    {
        using var browser = server.ClientWith(null);

        using var signedIn = await SignInAsync(browser, Tokens.Of("olga", "operator"), returnTo);

        Assert.Equal("/hangfire", signedIn.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_page_of_another_site_signs_nobody_in_or_out()
    {
        using var browser = server.ClientWith(null);
        foreach (var path in new[] { "/login", "/logout" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path)
            {
                Headers = { { "Origin", "https://evil.test" } },
                Content = new FormUrlEncodedContent([new("token", Tokens.Of("olga", "operator"))]),
            };
            await (await browser.SendAsync(request, Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        }
    }

    [Theory]
    [InlineData("https://evil.test")]
    [InlineData("http://localhost:1")]
    [InlineData("null")]
    public async Task A_page_of_another_site_does_nothing_with_the_cookie(string origin)
    {
        using var browser = server.ClientWith(null);
        using var signedIn = await SignInAsync(browser, Tokens.Of("olga", "operator"), null);
        foreach (var (from, isRefused) in new[] { (origin, true), (server.Address.GetLeftPart(UriPartial.Authority), false) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/hangfire/jobs/failed/requeue")
            {
                Headers = { { "Cookie", CookieOf(signedIn) }, { "Origin", from } },
                Content = new FormUrlEncodedContent([new("jobs[]", "1")]),
            };
            using var answer = await browser.SendAsync(request, Ct);
            Assert.Equal(isRefused, answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);
        }

        using var program = server.ClientWith(Tokens.Of("olga", "operator"));
        using var own = new HttpRequestMessage(HttpMethod.Post, "/hangfire/jobs/failed/requeue")
        {
            Headers = { { "Origin", origin } },
            Content = new FormUrlEncodedContent([new("jobs[]", "1")]),
        };
        using var done = await program.SendAsync(own, Ct);
        Assert.True(done.IsSuccessStatusCode, $"{done.StatusCode}");
    }

    [Theory]
    [InlineData("multipart/form-data", "x")]
    [InlineData("multipart/form-data; boundary=b", "garbage")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\ncontent-disposition: form-data; name=\"token\"\r\n\r\nx")]
    [InlineData("application/x-www-form-urlencoded", "token=%00")]
    [InlineData("application/x-www-form-urlencoded", "token=a&returnTo=%00")]
    [InlineData("application/x-www-form-urlencoded", "key")]
    [InlineData("application/x-www-form-urlencoded", "pairs")]
    [InlineData("application/x-www-form-urlencoded; charset=foo", "token=a")]
    public async Task A_form_that_cannot_be_read_is_refused(string type, string body)
    {
        using var browser = server.ClientWith(null);
        body = body switch
        {
            "key" => $"{new string('k', 3_000)}=1",
            "pairs" => string.Join('&', Enumerable.Range(0, 1_100).Select(i => $"a{i}=1")),
            _ => body,
        };
        using var content = new ByteArrayContent(System.Text.Encoding.ASCII.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        using var answer = await browser.PostAsync("/login", content, Ct);

        Assert.Equal(type.EndsWith("foo", StringComparison.Ordinal) ? HttpStatusCode.Unauthorized : HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_cookie_ends_with_its_api_key_and_with_signing_out()
    {
        using var oscar = server.ClientWith(Tokens.Of("oscar"));
        var key = await oscar.MakeKeyAsync("observe");
        using var browser = server.ClientWith(null);
        using var signedIn = await SignInAsync(browser, key.Text("key")!, null);
        var cookie = CookieOf(signedIn);
        Assert.Equal(HttpStatusCode.OK, (await PageAsync(browser, "/hangfire", cookie)).StatusCode);

        using var revoked = await oscar.DeleteAsync($"/api/v1/api-keys/{key.Text("id")}", Ct);
        Assert.Equal(HttpStatusCode.Found, (await PageAsync(browser, "/hangfire", cookie)).StatusCode);

        using var again = await SignInAsync(browser, Tokens.Of("olga", "observer"), null);
        using var page = await PageAsync(browser, "/login", CookieOf(again));
        Assert.Contains("<strong>olga</strong>", await page.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/logout") { Headers = { { "Cookie", CookieOf(again) } } };
        using var signedOut = await browser.SendAsync(request, Ct);
        Assert.Contains("expires=Thu, 01 Jan 1970", signedOut.Headers.GetValues("Set-Cookie").Single(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Where_the_server_is_known_by_https_the_cookie_goes_nowhere_else()
    {
        await using var own = await RunningServer.StartAsync(Postgres(), settings =>
        {
            Tokens.Take(settings);
            settings["Tus:PublicUrl"] = "https://uploads.example.test";
        });
        using var browser = own.ClientWith(null);

        using var signedIn = await SignInAsync(browser, Tokens.Of("olga", "operator"), null);

        Assert.Contains("; secure", signedIn.Headers.GetValues("Set-Cookie").Single(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task In_development_mode_nobody_needs_it()
    {
        await using var local = await RunningServer.StartAsync(Postgres(), _ => { });

        using var page = await local.Client.GetAsync("/login", Ct);

        Assert.Equal("/hangfire", page.Headers.Location!.OriginalString);
    }

    private PostgresServer Postgres() => server.Postgres;

    private static Task<HttpResponseMessage> PageAsync(HttpClient browser, string path, string? cookie)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept", "text/html" } } };
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        return browser.SendAsync(request, Ct);
    }

    private static Task<HttpResponseMessage> SignInAsync(HttpClient browser, string token, string? returnTo) => browser.PostAsync(
        "/login", new FormUrlEncodedContent([new("token", token), new("returnTo", returnTo ?? "")]), Ct);

    private static string CookieOf(HttpResponseMessage signedIn) => signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
}
