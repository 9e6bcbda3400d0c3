using System.Text;
using System.Text.Encodings.Web;

namespace TusUpload.Server.Auth.Login;

/// <summary>The page to sign in at. All of it is here: it loads nothing and runs no script.</summary>
/// <param name="subject">Who is signed in already; null: nobody.</param>
internal sealed class LoginPage(string? returnTo, string? subject, string? error, int status) : IResult
{
    private const string Head = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>TusUpload: sign in</title>
        <style>
        :root { color-scheme: light dark; --line: light-dark(#c4c9d2, #4a5160); --accent: light-dark(#1d5fd0, #6ea3ff); }
        * { box-sizing: border-box; }
        body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; }
        main { width: 100%; max-width: 26rem; }
        h1 { font-size: 1.4rem; margin: 0 0 1rem; }
        label { display: block; font-weight: 600; margin-bottom: .35rem; }
        input, button { width: 100%; font: inherit; padding: .6rem .75rem; border: 1px solid var(--line); border-radius: .4rem; }
        button { margin-top: .75rem; border-color: var(--accent); background: var(--accent); color: light-dark(#fff, #10131a); font-weight: 600; cursor: pointer; }
        input:focus-visible, button:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        p { margin: .75rem 0; }
        .error { color: light-dark(#a51d24, #ff8f8f); font-weight: 600; }
        .hint { color: light-dark(#5a6270, #a6adba); font-size: .9rem; }
        </style>
        </head>
        <body><main>
        <h1>TusUpload</h1>
        """;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        // Not no-referrer: of such a page browsers hide the origin too, by which the form is known to be its own.
        response.Headers["Referrer-Policy"] = "same-origin";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        return response.WriteAsync(Write(httpContext.Request.PathBase.ToUriComponent()), httpContext.RequestAborted);
    }

    private string Write(string pathBase)
    {
        var page = new StringBuilder(Head);
        if (subject is not null)
        {
            page.Append($"""
                <p>Signed in as <strong>{Safe(subject)}</strong>. <a href="{Safe(pathBase)}/hangfire">Jobs</a></p>
                <form method="post" action="{Safe(pathBase)}/logout"><button>Sign out</button></form>
                """);
        }
        else
        {
            page.Append(error is null ? "" : $"""<p class="error" role="alert">{Safe(error)}</p>""");
            page.Append($"""
                <form method="post" action="{Safe(pathBase)}/login">
                <input type="hidden" name="{LoginRoutes.ReturnTo}" value="{Safe(returnTo ?? "")}">
                <label for="token">Token or API key</label>
                <input id="token" name="token" type="password" autocomplete="current-password" required autofocus spellcheck="false">
                <button>Sign in</button>
                </form>
                <p class="hint">For operators: an access token of your sign-in, or an API key with the scope <em>observe</em>.</p>
                """);
        }

        return page.Append("\n</main></body></html>\n").ToString();
    }

    private static string Safe(string text) => HtmlEncoder.Default.Encode(text);
}
